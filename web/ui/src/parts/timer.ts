// <hullo-timer>: how long a call has been going on.
import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { AnyDocumentElement } from '../any_document.ts';
import { formatDuration } from '../clock.ts';

/** Counts from `since`, on whole seconds. */
@customElement('hullo-timer')
export class HulloTimer extends AnyDocumentElement {
  /** `performance.now()` of the start. */
  @property({ attribute: false }) since = 0;
  #next: ReturnType<typeof setTimeout> | undefined;

  static override styles = css`
    :host {
      font-variant-numeric: tabular-nums;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#tick();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#next);
  }

  #tick(): void {
    this.requestUpdate();
    const elapsed = performance.now() - this.since;
    const restMs = 1000 - (((elapsed % 1000) + 1000) % 1000);
    this.#next = setTimeout(() => this.#tick(), restMs + 5);
  }

  protected override render() {
    return html`<span role="timer" data-testid="hullo-timer">${formatDuration(performance.now() - this.since)}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-timer': HulloTimer;
  }
}
