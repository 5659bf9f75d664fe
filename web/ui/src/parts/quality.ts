// <hullo-quality>: a connection as three bars; this device's unless a level is given.
import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Level } from '../network.ts';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';

const bars: Record<Level, number> = { unknown: 0, good: 3, poor: 2, bad: 1, down: 0 };

@customElement('hullo-quality')
export class HulloQuality extends CallElement {
  /** The level of somebody else's connection. */
  @property({ attribute: false }) level?: Level;
  /** The `data-testid` inside. */
  @property() testid = 'hullo-quality';

  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
      }
      .bars {
        display: inline-flex;
        align-items: flex-end;
        gap: 2.5px;
        height: 14px;
      }
      i {
        width: 3.5px;
        border-radius: 2px;
        background: currentColor;
        opacity: 0.3;
      }
      i:nth-child(1) {
        height: 6px;
      }
      i:nth-child(2) {
        height: 10px;
      }
      i:nth-child(3) {
        height: 14px;
      }
      i.lit {
        opacity: 1;
      }
      .good {
        color: var(--_good);
      }
      .poor,
      .bad {
        color: var(--_warn);
      }
      .down {
        color: var(--_danger-text);
      }
    `,
  ];

  protected override render() {
    const level = this.level ?? this.scene?.network.own ?? 'unknown';
    const word = this.t(`quality.${level}`);
    const label = this.t('network.quality', { level: word });
    return html`<span class="bars ${level}" role="img" aria-label=${label} title=${label} data-testid=${this.testid} data-level=${level}>
      ${[1, 2, 3].map((bar) => html`<i class=${bar <= bars[level] ? 'lit' : ''}></i>`)}
    </span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-quality': HulloQuality;
  }
}
