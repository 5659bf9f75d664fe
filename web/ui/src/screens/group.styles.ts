// Styles of <hullo-group>: dark behind pictures, in the person's theme behind faces.
import { css } from 'lit';
import { ambient, base } from '../theme.ts';

export const groupStyles = [
  base,
  ambient,
  css`
    :host {
      --_stage-x: 10px;
      --_stage-y: 72px;
      --_gap: 10px;
      --_foot: max(20px, env(safe-area-inset-bottom));
      position: absolute;
      inset: 0;
      display: block;
      overflow: hidden;
      color: var(--_text);
      background: var(--_bg);
      animation: appear 0.28s ease-out;
    }
    :host(.grown) {
      animation: none;
    }
    :host(.filmed) {
      --_focus: #fff;
      color-scheme: dark;
      background: #0d0e12;
    }
    .ambient {
      --_glow: 0.4;
    }
    .screen {
      position: absolute;
      inset: 0;
      display: flex;
      flex-direction: column;
      gap: 12px;
      padding: max(12px, env(safe-area-inset-top)) var(--_gap) var(--_foot);
    }
    .head {
      flex: none;
      display: flex;
      align-items: flex-start;
      gap: 12px;
      padding-block: 2px 0;
      padding-inline: calc(10px + var(--_lead, 0px)) 4px;
    }
    .title {
      flex: 1;
      min-width: 0;
      display: flex;
      flex-direction: column;
      align-items: flex-start;
    }
    h1 {
      max-width: 100%;
      margin: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      font-size: 18px;
      line-height: 25px;
      font-weight: 650;
      letter-spacing: -0.01em;
    }
    .head p {
      display: flex;
      align-items: center;
      gap: 10px;
      margin: 0;
      font-size: 14px;
      line-height: 20px;
      color: var(--_muted);
    }
    hullo-held {
      margin-top: 6px;
    }
    .members {
      flex: none;
      display: inline-flex;
      align-items: center;
      gap: 7px;
      min-height: 44px;
      padding-block: 0;
      padding-inline: 13px 16px;
      border: 0;
      border-radius: 22px;
      font-size: 15px;
      font-weight: 600;
      font-variant-numeric: tabular-nums;
      background: var(--_control);
      cursor: pointer;
    }
    .members svg {
      font-size: 21px;
    }
    .members:hover {
      background: var(--_control-hover);
    }
    .stage-frame {
      flex: 1;
      min-height: 0;
      position: relative;
    }
    .stage {
      position: absolute;
      inset: 0;
      touch-action: pan-y;
    }
    hullo-tile,
    hullo-screen-tile {
      --_move: 0.42s var(--_ease);
      transition: inset var(--_move), width var(--_move), height var(--_move);
    }
    /* Where the two views of a one-to-one call lay. */
    hullo-tile.opening {
      transition: none;
    }
    hullo-tile.theirs.opening {
      inset-inline-start: calc(0px - var(--_stage-x)) !important;
      top: calc(0px - var(--_stage-y)) !important;
      width: 100cqw !important;
      height: 100cqh !important;
    }
    hullo-tile.mine.opening {
      z-index: 1;
      inset-inline-start: calc(100cqw - 128px - var(--_stage-x)) !important;
      top: calc(16px - var(--_stage-y)) !important;
      width: 112px !important;
      height: 168px !important;
    }
    .arrow {
      position: absolute;
      z-index: 2;
      top: 50%;
      translate: 0 -50%;
      display: none;
      place-items: center;
      width: 48px;
      height: 48px;
      padding: 0;
      border: 0;
      border-radius: 50%;
      font-size: 26px;
      color: #fff;
      background: rgb(24 25 31 / 0.78);
      box-shadow: 0 0 0 1px rgb(255 255 255 / 0.1), 0 8px 24px rgb(0 0 0 / 0.3);
      cursor: pointer;
    }
    .arrow:hover {
      background: rgb(48 50 60 / 0.92);
    }
    .arrow[disabled] {
      visibility: hidden;
    }
    .previous {
      inset-inline-start: 0;
    }
    .next {
      inset-inline-end: 0;
    }
    .dots {
      flex: none;
      display: flex;
      justify-content: center;
      margin: -8px 0;
    }
    .dots button {
      position: relative;
      width: 26px;
      height: 28px;
      padding: 0;
      border: 0;
      border-radius: 14px;
      background: none;
      cursor: pointer;
    }
    .dots button::after {
      content: '';
      position: absolute;
      inset: 10px 9px;
      border-radius: 4px;
      background: currentColor;
      opacity: 0.34;
      transition: inset 0.2s var(--_ease), opacity 0.2s;
    }
    .dots [aria-current]::after {
      inset: 10px 4px;
      opacity: 1;
    }
    .dots .heard::after {
      background: light-dark(#22a861, #5fdc97);
      opacity: 1;
    }
    .foot {
      flex: none;
      display: flex;
      justify-content: center;
    }
    hullo-banners {
      position: absolute;
      z-index: 3;
      inset: auto 16px calc(var(--_foot) + 92px);
    }
    @container (min-width: 720px) {
      :host {
        --_gap: 20px;
      }
      .screen {
        gap: 14px;
        padding-top: 16px;
      }
      .head {
        padding-inline-start: calc(10px + var(--_lead-wide, var(--_lead, 0px)));
      }
      h1 {
        font-size: 20px;
      }
      .arrow {
        display: grid;
      }
      hullo-banners {
        inset: 82px 16px auto;
      }
      hullo-tile.mine.opening {
        inset-inline-start: calc(100cqw - 284px - var(--_stage-x)) !important;
        top: calc(100cqh - 188px - var(--_stage-y)) !important;
        width: 256px !important;
        height: 160px !important;
      }
    }
    @container (min-width: 1080px) {
      .title {
        max-width: calc(50cqw - 260px);
      }
      hullo-banners {
        inset: 18px 200px auto;
      }
    }
    /* A phone on its side: no room for a row of words above the tiles. */
    @container (max-height: 520px) {
      :host {
        --_gap: 12px;
        --_foot: max(8px, env(safe-area-inset-bottom));
      }
      .screen {
        gap: 6px;
        padding-top: max(8px, env(safe-area-inset-top));
      }
      .head {
        position: absolute;
        z-index: 2;
        inset: auto var(--_gap) calc(var(--_foot) + 14px);
        align-items: center;
        padding-inline-start: 10px;
        pointer-events: none;
      }
      .title {
        flex: 0 1 18cqw;
        margin-inline-end: auto;
      }
      h1 {
        font-size: 15px;
        line-height: 20px;
      }
      hullo-held {
        display: none;
      }
      .members {
        pointer-events: auto;
      }
      .foot {
        --disc: 44px;
      }
    }
    @keyframes appear {
      from {
        opacity: 0;
      }
    }
  `,
];
