// The look that outgoing, incoming, voice and ended screens share: a soft backdrop in the person's colours, a large
// face, a name, a line below it, and actions at the bottom.
import { css, html, type TemplateResult } from 'lit';
import '../parts/avatar.ts';
import { inlineStyle } from '../inline_style.ts';
import { coloursOf, type Person } from '../people.ts';
import { ambient, base } from '../theme.ts';

/** A backdrop in the colours of `person`. */
export function renderBackdrop(person: Person): TemplateResult {
  const [one, two] = coloursOf(person.accid);
  return html`<div class="ambient" ${inlineStyle({ '--one': one, '--two': two })}></div>`;
}

/** A face; `ripple` while it rings. */
export function renderPortrait(person: Person, ripple = false): TemplateResult {
  const [one] = coloursOf(person.accid);
  return html`<div part="portrait" class="portrait ${ripple ? 'ripple' : ''}" ${inlineStyle({ '--one': one })}>
    <i></i><i></i><hullo-avatar .person=${person}></hullo-avatar>
  </div>`;
}

export const portraitStyles = [
  base,
  ambient,
  css`
    :host {
      position: absolute;
      inset: 0;
      display: block;
      overflow: hidden;
      color: var(--_text);
      animation: appear 0.28s ease-out;
    }
    .screen {
      position: absolute;
      inset: 0;
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: space-between;
      gap: 24px;
      padding: max(13cqh, 40px) 24px max(7cqh, 32px);
      padding-bottom: calc(max(7cqh, 32px) + env(safe-area-inset-bottom));
      text-align: center;
    }
    .who {
      display: flex;
      flex-direction: column;
      align-items: center;
      max-width: 100%;
    }
    h1 {
      max-width: min(640px, 100%);
      margin: 34px 0 0;
      overflow: hidden;
      text-overflow: ellipsis;
      font-size: clamp(28px, 4.4cqmin + 12px, 40px);
      line-height: 1.2;
      font-weight: 650;
      letter-spacing: -0.018em;
    }
    .status {
      display: inline-flex;
      align-items: center;
      gap: 8px;
      margin: 8px 0 0;
      min-height: 26px;
      font-size: 18px;
      line-height: 26px;
      color: var(--_muted);
      text-wrap: balance;
    }
    .status svg {
      font-size: 20px;
    }
    .who hullo-banners {
      margin-top: 22px;
    }
    /* No room below the name: above it. */
    @container (max-height: 640px) {
      .who hullo-banners {
        position: absolute;
        z-index: 3;
        inset: max(10px, env(safe-area-inset-top)) 16px auto;
        margin: 0;
        padding-inline: var(--_lead, 0px);
      }
    }
    @container (max-height: 640px) and (max-width: 559px) {
      .who hullo-banners {
        inset-block-start: max(10px, var(--_lead, 0px));
        padding-inline: 0;
      }
    }
    .spinner {
      flex: none;
      width: 16px;
      height: 16px;
      border: 2px solid color-mix(in oklab, currentColor 30%, transparent);
      border-top-color: currentColor;
      border-radius: 50%;
      animation: turn 0.9s linear infinite;
    }
    @keyframes turn {
      to {
        rotate: 1turn;
      }
    }
    .foot {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 26px;
    }
    .actions {
      display: flex;
      justify-content: center;
      gap: clamp(64px, 22cqw, 128px);
    }
    .actions.three {
      gap: clamp(20px, 9cqw, 72px);
    }
    .portrait {
      --size: clamp(112px, 19cqh, 168px);
      position: relative;
      width: var(--size);
      height: var(--size);
      border-radius: 50%;
    }
    .portrait hullo-avatar {
      position: relative;
      box-shadow: 0 18px 50px color-mix(in oklab, var(--one) 38%, transparent);
    }
    .portrait i {
      position: absolute;
      inset: 0;
      border-radius: 50%;
      background: var(--one);
      opacity: 0;
    }
    .ripple i {
      animation: ripple 2.6s cubic-bezier(0.2, 0.5, 0.4, 1) infinite;
    }
    .ripple i:nth-child(2) {
      animation-delay: 1.3s;
    }
    @keyframes ripple {
      from {
        opacity: 0.34;
        scale: 1;
      }
      to {
        opacity: 0;
        scale: 1.75;
      }
    }
    @keyframes appear {
      from {
        opacity: 0;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      .ripple i {
        opacity: 0.18;
        scale: 1.14;
        animation: none;
      }
    }
    @container (max-height: 520px) {
      .screen {
        padding-block: 20px;
        gap: 12px;
      }
      .portrait {
        --size: 84px;
      }
      h1 {
        margin-top: 12px;
        font-size: 24px;
      }
      .status {
        margin-top: 2px;
        font-size: 15px;
      }
    }
  `,
];
