// Styles of <hullo-tile>. Sizes follow the tile, which is anything from a thumbnail to the whole screen.
import { css } from 'lit';
import { FADE_MS } from '../group/departures.ts';
import { ambient, base } from '../theme.ts';

/** How long the tile of someone who will not come takes to vanish. */
const VANISH_MS = 500;

export const tileStyles = [
  base,
  ambient,
  css`
    :host {
      --_speaking: light-dark(#22a861, #5fdc97);
      position: absolute;
      display: block;
      container-type: size;
    }
    .tile {
      position: absolute;
      inset: 0;
      overflow: hidden;
      border-radius: clamp(14px, 5cqmin, 22px);
      background: light-dark(#e9eaf0, #16171d);
      isolation: isolate;
      animation: pop 0.36s var(--_ease);
    }
    /* It was on the screen before. */
    :host(.settled) .tile:not(.declined) {
      animation: none;
    }
    video {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      object-fit: cover;
    }
    video.mirrored {
      scale: -1 1;
    }
    .placeholder {
      position: absolute;
      inset: 0;
      --_glow: 0.62;
    }
    .placeholder.waiting {
      animation: appear 0.3s 0.45s both;
    }
    .ambient {
      background: color-mix(in oklab, var(--two) 24%, light-dark(#ffffff, #15161c));
    }
    .ambient::before,
    .ambient::after {
      width: 150cqmax;
      height: 150cqmax;
      animation: none;
    }
    .ambient::before {
      inset-inline-start: -60cqmax;
      top: -80cqmax;
    }
    .ambient::after {
      inset-inline-end: -65cqmax;
      bottom: -85cqmax;
    }
    .face {
      --size: clamp(36px, 36cqmin, 132px);
      position: absolute;
      inset: 0;
      display: grid;
      place-items: center;
    }
    .face > * {
      grid-area: 1 / 1;
    }
    .face i {
      width: var(--size);
      height: var(--size);
      border-radius: 50%;
      background: var(--one);
      opacity: 0;
    }
    .calling i {
      animation: ripple 2.4s cubic-bezier(0.2, 0.5, 0.4, 1) infinite;
    }
    hullo-avatar {
      box-shadow: 0 8px 28px color-mix(in oklab, var(--one) 34%, transparent);
    }
    .noted .face {
      --size: clamp(32px, 32cqmin, 120px);
      bottom: clamp(14px, 13cqmin, 40px);
    }
    .pending hullo-avatar {
      opacity: 0.82;
    }
    .declined .placeholder {
      filter: saturate(0.15);
    }
    .declined {
      animation: vanish ${VANISH_MS}ms ${FADE_MS - VANISH_MS}ms forwards;
    }
    .note {
      position: absolute;
      z-index: 2;
      left: 50%;
      top: calc(50% + clamp(12px, 12cqmin, 48px));
      translate: -50% 0;
      display: inline-flex;
      align-items: center;
      gap: 7px;
      max-width: calc(100% - 16px);
      margin: 0;
      padding: 0 4px;
      white-space: nowrap;
      font-size: clamp(12px, 5.5cqmin, 16px);
      line-height: 1.4;
      font-weight: 500;
      color: color-mix(in oklab, var(--_text) 84%, transparent);
    }
    .note span:last-child {
      overflow: hidden;
      text-overflow: ellipsis;
    }
    /* Over a picture: dimmed, so that the words can be read. */
    .tile.noted:not(.covered)::after {
      content: '';
      position: absolute;
      inset: 0;
      z-index: 1;
      background: rgb(8 9 12 / 0.5);
      animation: appear 0.2s;
    }
    .tile.noted:not(.covered) .note {
      top: 50%;
      translate: -50% -50%;
      color: #fff;
    }
    .spinner {
      flex: none;
      width: 1em;
      height: 1em;
      border: 2px solid color-mix(in oklab, currentColor 30%, transparent);
      border-top-color: currentColor;
      border-radius: 50%;
      animation: turn 0.9s linear infinite;
    }
    .tag {
      position: absolute;
      z-index: 2;
      inset-inline-start: clamp(6px, 3cqmin, 12px);
      bottom: clamp(6px, 3cqmin, 12px);
      display: inline-flex;
      align-items: center;
      gap: 6px;
      max-width: calc(100% - 2 * clamp(6px, 3cqmin, 12px));
      min-height: 26px;
      padding: 3px 10px;
      border-radius: 13px;
      font-size: 13px;
      line-height: 20px;
      font-weight: 550;
      color: #fff;
      background: rgb(15 16 21 / 0.58);
      pointer-events: none;
    }
    .covered .tag {
      color: var(--_text);
      background: light-dark(rgb(255 255 255 / 0.72), rgb(15 16 21 / 0.5));
    }
    .tag .name {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .sign {
      flex: none;
      font-size: 15px;
      pointer-events: auto;
    }
    .sign.asking {
      display: inline-flex;
      align-items: center;
      gap: 5px;
    }
    .sign.off,
    .sign.failed {
      color: #ff8f92;
    }
    .covered .sign.off,
    .covered .sign.failed {
      color: var(--_danger-text);
    }
    @container (max-width: 110px) {
      .tag {
        min-height: 22px;
        padding: 1px 8px;
        font-size: 12px;
      }
    }
    .ring {
      position: absolute;
      inset: 0;
      z-index: 3;
      border-radius: inherit;
      box-shadow: inset 0 0 0 1px light-dark(rgb(18 20 30 / 0.07), rgb(255 255 255 / 0.08));
      pointer-events: none;
      transition: box-shadow 0.2s;
    }
    .speaking .ring {
      box-shadow: inset 0 0 0 3px var(--_speaking), inset 0 0 0 4.5px rgb(8 9 12 / 0.22);
    }
    .cover {
      position: absolute;
      inset: 0;
      z-index: 4;
      padding: 0;
      border: 0;
      border-radius: inherit;
      background: none;
      cursor: pointer;
      touch-action: pan-y;
    }
    .cover:focus-visible {
      outline-offset: -4px;
    }
    .hint,
    .flip {
      position: absolute;
      display: grid;
      place-items: center;
      border-radius: 50%;
      color: #fff;
      background: rgb(15 16 21 / 0.6);
    }
    .hint {
      top: 8px;
      inset-inline-end: 8px;
      width: 34px;
      height: 34px;
      font-size: 18px;
      opacity: 0;
      transition: opacity 0.15s;
    }
    .cover:focus-visible .hint {
      opacity: 1;
    }
    @media (hover: hover) {
      .cover:hover .hint {
        opacity: 1;
      }
    }
    .flip {
      inset-inline-end: 6px;
      bottom: 6px;
      z-index: 5;
      width: 40px;
      height: 40px;
      padding: 0;
      border: 4px solid transparent;
      background-clip: padding-box;
      font-size: 18px;
      cursor: pointer;
    }
    @container (max-width: 120px) {
      .flip {
        display: none;
      }
    }
    @keyframes pop {
      from {
        opacity: 0;
        scale: 0.9;
      }
    }
    @keyframes appear {
      from {
        opacity: 0;
      }
    }
    @keyframes vanish {
      to {
        opacity: 0;
        scale: 0.94;
      }
    }
    @keyframes turn {
      to {
        rotate: 1turn;
      }
    }
    @keyframes ripple {
      from {
        opacity: 0.4;
        scale: 1;
      }
      to {
        opacity: 0;
        scale: 1.7;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      .calling i {
        opacity: 0.2;
        scale: 1.16;
        animation: none;
      }
      .declined {
        animation: none;
      }
    }
  `,
];
