// <hullo-banners>: what a person in a call should know now and until it changes: reconnecting, a weak network, a device
// that cannot be used, a question that waits for its answer.
import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { type IconName, icons } from '../icons.ts';
import { CallElement } from '../scene/call_element.ts';
import type { Scene } from '../scene.ts';
import type { TextKey } from '../texts.ts';
import { base } from '../theme.ts';

/** A line of the banner. */
export interface Banner {
  readonly testId: string;
  readonly key: TextKey;
  readonly tone: 'busy' | 'warn';
  readonly icon?: IconName;
}

/** What to say in a scene, the most pressing first. A weak network is not named while a connection is being restored. */
export function bannersOf(scene: Scene): Banner[] {
  const { call, group, local, me, remoteParticipant, network } = scene;
  const banners: Banner[] = [];
  if (scene.reconnecting)
    banners.push({ testId: 'hullo-reconnecting', key: 'reconnecting.own', tone: 'busy' });
  else if (remoteParticipant?.reconnecting)
    banners.push({ testId: 'hullo-peer-reconnecting', key: 'reconnecting.remote', tone: 'busy' });
  else if (network.own === 'bad' || network.own === 'down')
    banners.push({ testId: 'hullo-network', key: 'network.own', tone: 'warn', icon: 'warning' });
  else if (!group && network.remote === 'down')
    banners.push({ testId: 'hullo-network', key: 'network.remoteDown', tone: 'warn', icon: 'warning' });
  else if (!group && network.remote === 'bad')
    banners.push({ testId: 'hullo-network', key: 'network.remotePoor', tone: 'warn', icon: 'warning' });
  if (local.microphone.state === 'failed')
    banners.push({
      testId: 'hullo-device-problem',
      key: group ? 'problem.microphoneGroup' : 'problem.microphoneDenied',
      tone: 'warn',
      icon: 'microphoneOff',
    });
  else if (local.camera.state === 'failed' && call.media === 'video')
    banners.push({
      testId: 'hullo-device-problem',
      key: group ? 'problem.cameraGroup' : 'problem.camera',
      tone: 'warn',
      icon: 'cameraOff',
    });
  if (call.switch && call.switch.by === me)
    banners.push({ testId: 'hullo-consent-waiting', key: 'consent.waiting', tone: 'busy' });
  return banners;
}

@customElement('hullo-banners')
export class HulloBanners extends CallElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 8px;
        pointer-events: none;
      }
      .banner {
        display: inline-flex;
        align-items: center;
        gap: 9px;
        max-width: min(440px, 100%);
        padding: 9px 15px 9px 12px;
        border-radius: 20px;
        font-size: 14px;
        line-height: 19px;
        font-weight: 500;
        text-wrap: balance;
        color: var(--_text);
        background: light-dark(rgb(255 255 255 / 0.86), rgb(30 31 39 / 0.82));
        box-shadow: 0 0 0 1px var(--_line), 0 8px 24px rgb(0 0 0 / 0.14);
        backdrop-filter: blur(18px) saturate(1.4);
        animation: drop 0.3s var(--_ease);
      }
      .icon {
        flex: none;
        font-size: 18px;
        color: var(--_warn);
      }
      .spinner {
        flex: none;
        width: 16px;
        height: 16px;
        border: 2px solid var(--_line);
        border-top-color: var(--_text);
        border-radius: 50%;
        animation: turn 0.9s linear infinite;
      }
      @keyframes turn {
        to {
          rotate: 1turn;
        }
      }
      @keyframes drop {
        from {
          opacity: 0;
          translate: 0 -8px;
        }
      }
    `,
  ];

  protected override render() {
    if (!this.scene) return;
    return bannersOf(this.scene).map(
      ({ testId, key, tone, icon }) => html`<div class="banner" role="status" data-testid=${testId}>
        ${tone === 'busy' || !icon ? html`<span class="spinner"></span>` : html`<span class="icon">${icons[icon]}</span>`}
        <span>${this.t(key)}</span>
      </div>`,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-banners': HulloBanners;
  }
}
