// Styles of <hullo-small>: a card with a picture, or a bar with a face; both carry the few buttons that matter.
import { css } from 'lit';
import { ambient, base, tokens } from '../theme.ts';

export const smallStyles = [
  tokens,
  base,
  ambient,
  css`
    :host {
      display: block;
      width: 340px;
      max-width: 100%;
      color: var(--_text);
    }
    :host(.filmed) {
      --_focus: #fff;
      width: clamp(216px, 26vw, 320px);
      color-scheme: dark;
      color: #fff;
    }
    .tile {
      position: relative;
      display: flex;
      align-items: center;
      gap: 12px;
      min-height: 68px;
      padding: 10px 10px 10px 12px;
      padding-inline: 12px 10px;
      overflow: hidden;
      border-radius: 24px;
      background: var(--_raised);
      box-shadow: 0 0 0 1px var(--_line), 0 18px 56px rgb(0 0 0 / 0.28);
      isolation: isolate;
      user-select: none;
    }
    .filmed .tile,
    .tile.filmed {
      display: block;
      padding: 0;
      aspect-ratio: 16 / 10;
      background: #16171d;
      box-shadow: 0 0 0 1px rgb(255 255 255 / 0.14), 0 18px 56px rgb(0 0 0 / 0.42);
    }
    @media (max-width: 519px) {
      .tile.filmed {
        aspect-ratio: 4 / 5;
      }
    }
    video,
    .placeholder {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      object-fit: cover;
    }
    video.mirrored {
      scale: -1 1;
    }
    video.screen {
      object-fit: contain;
      background: #050608;
    }
    .placeholder {
      --_glow: 0.6;
    }
    .placeholder .ambient::before,
    .placeholder .ambient::after {
      width: 480px;
      height: 480px;
      animation: none;
    }
    .placeholder .ambient::before {
      inset: -260px auto auto -200px;
    }
    .placeholder .ambient::after {
      inset: auto -220px -280px auto;
    }
    .face {
      --size: 68px;
      position: absolute;
      inset: 0 0 24px;
      display: grid;
      place-items: center;
    }
    /* Over all of it: a press brings the call back, a drag moves it. */
    .cover {
      position: absolute;
      inset: 0;
      z-index: 1;
      padding: 0;
      border: 0;
      border-radius: inherit;
      background: none;
      cursor: grab;
      touch-action: none;
    }
    .cover:active {
      cursor: grabbing;
    }
    .cover:focus-visible {
      outline-offset: -4px;
    }
    :host([alone]) .cover {
      cursor: default;
    }
    hullo-avatar,
    hullo-faces {
      --size: 44px;
      --ring: var(--_raised);
      flex: none;
    }
    hullo-faces {
      --size: 30px;
    }
    .face hullo-avatar {
      --size: 68px;
    }
    .words {
      flex: 1;
      min-width: 0;
      display: flex;
      flex-direction: column;
    }
    .filmed .words {
      position: absolute;
      inset: 0 0 auto;
      padding: 10px 14px 26px;
      background: linear-gradient(rgb(8 9 12 / 0.6), transparent);
      text-shadow: 0 1px 6px rgb(0 0 0 / 0.5);
      pointer-events: none;
    }
    strong {
      align-self: flex-start;
      max-width: 100%;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      font-size: 15px;
      line-height: 20px;
      font-weight: 600;
    }
    .status {
      display: flex;
      align-items: center;
      gap: 6px;
      overflow: hidden;
      white-space: nowrap;
      font-size: 13px;
      line-height: 18px;
      color: var(--_muted);
      font-variant-numeric: tabular-nums;
    }
    .filmed .status {
      color: rgb(255 255 255 / 0.88);
    }
    .status svg {
      flex: none;
      font-size: 15px;
    }
    .warn {
      display: -webkit-box;
      -webkit-box-orient: vertical;
      -webkit-line-clamp: 2;
      overflow: hidden;
      white-space: normal;
      line-height: 16px;
      color: var(--_warn);
    }
    .actions {
      position: relative;
      z-index: 2;
      flex: none;
      display: flex;
      gap: 6px;
    }
    .filmed .actions {
      position: absolute;
      inset: auto 0 0;
      justify-content: center;
      gap: 8px;
      padding: 22px 8px 10px;
      background: linear-gradient(transparent, rgb(8 9 12 / 0.62));
      pointer-events: none;
    }
    .act {
      display: grid;
      place-items: center;
      width: 40px;
      height: 40px;
      padding: 0;
      border: 0;
      border-radius: 50%;
      font-size: 20px;
      background: var(--_control);
      cursor: pointer;
      pointer-events: auto;
      transition: background 0.15s, transform 0.15s var(--_ease);
    }
    .filmed .act {
      background: rgb(40 42 52 / 0.72);
      backdrop-filter: blur(12px);
    }
    .act:hover {
      background: var(--_control-hover);
    }
    .filmed .act:hover {
      background: rgb(70 72 84 / 0.86);
    }
    .act:active {
      transform: scale(0.93);
    }
    .act.on {
      color: var(--_on-inverse);
      background: var(--_inverse);
    }
    .act.end.end {
      color: #fff;
      background: var(--_danger);
    }
    .act.end:hover {
      filter: brightness(1.1);
    }
    .act[disabled] {
      opacity: 0.5;
      cursor: default;
    }
    @media (pointer: coarse) {
      .act {
        width: 44px;
        height: 44px;
      }
    }
    /* Alone in a window of its own, it is all there is. */
    :host([alone]) {
      position: fixed;
      inset: 0;
      width: auto;
      max-width: none;
    }
    :host([alone]) .tile {
      height: 100%;
      aspect-ratio: auto;
      border-radius: 0;
      box-shadow: none;
      background: var(--_bg);
    }
    :host([alone].filmed) .tile,
    :host([alone]) .tile.filmed {
      background: #16171d;
    }
  `,
];
