// Styles of <hullo-call>: the surface, and what floats over its screens.
import { css } from 'lit';
import { acceptFill } from './parts/fills.ts';
import { base, tokens } from './theme.ts';

export const callStyles = [
  tokens,
  base,
  css`
    :host {
      display: contents;
    }
    /* The surface covers the page, so that it follows the system and not the page. */
    :host(:not([theme])) {
      color-scheme: light dark;
    }
    :host([contained]) {
      display: block;
      position: relative;
      width: 100%;
      height: 100%;
      pointer-events: none;
    }
    .layer {
      display: contents;
    }
    .layer[popover] {
      display: block;
      position: fixed;
      inset: 0;
      width: auto;
      height: auto;
      margin: 0;
      padding: 0;
      border: 0;
      overflow: visible;
      color: inherit;
      background: none;
      pointer-events: none;
    }
    dialog {
      pointer-events: auto;
      position: fixed;
      inset: 0;
      width: 100vw;
      height: 100vh;
      height: 100dvh;
      max-width: none;
      max-height: none;
      margin: 0;
      padding: 0;
      border: 0;
      overflow: hidden;
      outline: none;
      container-type: size;
      color: var(--_text);
      background: var(--_bg);
      font-family: var(--_font);
      -webkit-font-smoothing: antialiased;
    }
    /* Above the app where the browser has no top layer for what is not modal. */
    dialog {
      z-index: 2147483000;
    }
    dialog[open] {
      animation: open 0.32s var(--_ease);
    }
    :host([contained]) dialog {
      position: absolute;
      width: 100%;
      height: 100%;
      z-index: auto;
      pointer-events: auto;
    }
    /* Beside the app: as large as what is in it. */
    dialog.small.small,
    dialog.banner.banner {
      /* How far the small tile and the banner stay from the edge; 16px when absent. */
      --_rim: var(--hullo-rim, 16px);
      width: auto;
      height: auto;
      max-width: calc(100% - 2 * var(--_rim));
      overflow: visible;
      container-type: normal;
      background: none;
    }
    dialog:focus-visible {
      outline: none;
    }
    dialog.small:focus-visible {
      border-radius: 24px;
      outline: 3px solid var(--_accent);
      outline-offset: 3px;
    }
    dialog.small[open] {
      animation: shrink 0.32s var(--_ease);
    }
    dialog.small.dragged {
      transition: none;
    }
    dialog.small[data-corner='top-start'] {
      inset: calc(var(--_rim) + env(safe-area-inset-top)) auto auto;
      inset-inline: var(--_rim) auto;
    }
    dialog.small[data-corner='top-end'] {
      inset: calc(var(--_rim) + env(safe-area-inset-top)) auto auto;
      inset-inline: auto var(--_rim);
    }
    dialog.small[data-corner='bottom-start'] {
      inset: auto auto calc(var(--_rim) + env(safe-area-inset-bottom));
      inset-inline: var(--_rim) auto;
    }
    dialog.small[data-corner='bottom-end'] {
      inset: auto auto calc(var(--_rim) + env(safe-area-inset-bottom));
      inset-inline: auto var(--_rim);
    }
    .stack {
      display: flex;
      flex-direction: column;
      align-items: end;
      gap: 12px;
    }
    dialog[data-corner^='top'] .stack {
      flex-direction: column-reverse;
    }
    dialog[data-corner$='start'] .stack {
      align-items: start;
    }
    .stack hullo-waiting,
    .stack hullo-consent {
      width: min(400px, calc(100vw - 2 * var(--_rim)));
    }
    dialog.banner.banner {
      inset: calc(var(--_rim) + env(safe-area-inset-top)) auto auto;
      inset-inline: auto var(--_rim);
      width: min(430px, calc(100vw - 2 * var(--_rim)));
    }
    dialog.banner[open] {
      animation: lower 0.36s var(--_ease);
    }
    dialog.banner .stack.stack {
      flex-direction: column;
      align-items: center;
    }
    @media (max-width: 519px) {
      dialog.banner.banner {
        inset-inline: var(--_rim);
      }
    }
    .corner {
      position: absolute;
      z-index: 6;
      inset-block-start: max(12px, env(safe-area-inset-top));
      inset-inline-start: 12px;
      display: flex;
      gap: 2px;
    }
    .corner button {
      display: grid;
      place-items: center;
      width: 44px;
      height: 44px;
      padding: 0;
      border: 0;
      border-radius: 50%;
      font-size: 21px;
      color: var(--_text);
      background: none;
      cursor: pointer;
    }
    .corner button:hover {
      background: var(--_control);
    }
    .corner.video {
      color-scheme: dark;
    }
    .corner.video button {
      --_focus: #fff;
      color: #fff;
      filter: drop-shadow(0 1px 6px rgb(0 0 0 / 0.5));
    }
    /* There the stage reaches under it, and may be as white as a page. */
    @container (max-height: 520px) {
      .corner.video button {
        background: rgb(15 16 21 / 0.6);
      }
    }
    @container (max-width: 719px) {
      .corner .pictureInPicture {
        display: none;
      }
    }
    /* The headers of the screens leave room for it. */
    dialog:has(> .corner > .shrink) {
      --_lead: 44px;
    }
    dialog:has(> .corner > .pictureInPicture) {
      --_lead-wide: 90px;
    }
    .logo {
      position: absolute;
      z-index: 5;
      inset-block-start: max(18px, env(safe-area-inset-top));
      inset-inline-end: 20px;
      pointer-events: none;
    }
    .logo ::slotted(*) {
      display: block;
      max-height: 36px;
      max-width: min(180px, 40cqw);
    }
    .blocked {
      display: inline-flex;
      align-items: center;
      gap: 9px;
      min-height: 44px;
      padding: 0 18px 0 14px;
      padding-inline: 14px 18px;
      border: 0;
      border-radius: 22px;
      font-size: 15px;
      font-weight: 600;
      color: var(--_on-accent);
      background: var(--_accent);
      box-shadow: 0 8px 28px rgb(0 0 0 / 0.22);
      cursor: pointer;
      pointer-events: auto;
      animation: rise 0.3s var(--_ease);
    }
    .blocked svg {
      font-size: 20px;
    }
    dialog::backdrop {
      background: none;
    }
    .overlay {
      position: absolute;
      z-index: 7;
      inset: auto 16px 132px;
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 12px;
      pointer-events: none;
    }
    hullo-consent {
      pointer-events: auto;
    }
    /* Above the buttons, which must stay free: whoever is asked can still hang up. */
    .overlay.voice {
      bottom: calc(max(7cqh, 32px) + env(safe-area-inset-bottom) + 236px);
    }
    .overlay.video {
      bottom: 200px;
    }
    @container (min-width: 720px) {
      .overlay.voice {
        bottom: calc(max(7cqh, 32px) + 124px);
      }
      .overlay.video {
        bottom: 132px;
      }
    }
    @container (max-height: 520px) {
      .overlay.voice {
        bottom: 16px;
      }
    }
    .overlay.group {
      bottom: 120px;
    }
    .overlay.top.top {
      z-index: 9;
      inset: max(14px, env(safe-area-inset-top)) 14px auto;
    }
    .video {
      color-scheme: dark;
    }
    hullo-waiting {
      pointer-events: auto;
    }
    .toast {
      max-width: min(440px, 100%);
      padding: 11px 18px;
      border-radius: 22px;
      text-align: center;
      text-wrap: balance;
      font-size: 15px;
      line-height: 20px;
      font-weight: 500;
      color: #fff;
      background: rgb(24 25 31 / 0.92);
      box-shadow: 0 0 0 1px rgb(255 255 255 / 0.1), 0 12px 36px rgb(0 0 0 / 0.3);
      animation: rise 0.3s var(--_ease);
    }
    .pill {
      --size: 40px;
      position: fixed;
      z-index: 2147483000;
      top: max(18px, env(safe-area-inset-top));
      left: 50%;
      translate: -50% 0;
      display: flex;
      align-items: center;
      gap: 12px;
      width: max-content;
      max-width: calc(100vw - 32px);
      padding-block: 10px;
      padding-inline: 10px 22px;
      border-radius: 32px;
      color: var(--_text);
      background: var(--_raised);
      box-shadow: 0 0 0 1px var(--_line), 0 16px 48px rgb(0 0 0 / 0.22);
      font-family: var(--_font);
      pointer-events: none;
      animation: drop 0.36s var(--_ease);
    }
    .pill div {
      display: flex;
      flex-direction: column;
    }
    .pill strong {
      font-size: 15px;
      line-height: 20px;
      font-weight: 600;
    }
    .pill div span {
      font-size: 14px;
      line-height: 19px;
      color: var(--_muted);
      font-variant-numeric: tabular-nums;
    }
    .pill.offer {
      padding-inline: 12px 10px;
      pointer-events: auto;
    }
    .offer p {
      margin: 0;
      font-size: 15px;
      line-height: 20px;
      font-weight: 500;
      text-wrap: balance;
    }
    .offer button {
      flex: none;
      min-height: 44px;
      padding: 0 20px;
      border: 0;
      border-radius: 22px;
      font-size: 15px;
      font-weight: 600;
      color: #fff;
      background: ${acceptFill};
      cursor: pointer;
    }
    .offer button:hover {
      filter: brightness(1.1);
    }
    .offer button[disabled] {
      opacity: 0.6;
      cursor: default;
      filter: none;
    }
    .offer .sign {
      color: var(--_accent);
      background: color-mix(in oklab, var(--_accent) 15%, transparent);
    }
    @media (max-width: 519px) {
      .pill.offer {
        flex-wrap: wrap;
        justify-content: flex-end;
        width: calc(100vw - 32px);
        border-radius: 26px;
      }
      .offer p {
        flex: 1;
        min-width: 180px;
      }
      .offer button {
        flex: 1 0 100%;
      }
    }
    .sign {
      flex: none;
      display: grid;
      place-items: center;
      width: 40px;
      height: 40px;
      border-radius: 50%;
      font-size: 22px;
      color: var(--_warn);
      background: color-mix(in oklab, var(--_warn) 15%, transparent);
    }
    @keyframes open {
      from {
        opacity: 0;
        scale: 1.015;
      }
    }
    @keyframes shrink {
      from {
        opacity: 0;
        scale: 0.9;
      }
    }
    @keyframes lower {
      from {
        opacity: 0;
        translate: 0 -12px;
      }
    }
    @keyframes rise {
      from {
        opacity: 0;
        translate: 0 12px;
      }
    }
    @keyframes drop {
      from {
        opacity: 0;
        translate: -50% -16px;
      }
    }
  `,
];
