// Styles of <hullo-video>: always dark, because a picture is the background.
import { css } from 'lit';
import { ambient, base } from '../theme.ts';

export const videoStyles = [
  base,
  ambient,
  css`
    :host {
      --_focus: #fff;
      --_gap: 16px;
      --_bar: 76px;
      --_foot: calc(max(28px, env(safe-area-inset-bottom)));
      --_head: calc(max(16px, env(safe-area-inset-top)));
      position: absolute;
      inset: 0;
      display: block;
      overflow: hidden;
      color-scheme: dark;
      color: #fff;
      background: #0d0e12;
      container-type: size;
      animation: appear 0.3s ease-out;
    }
    .stage {
      position: absolute;
      inset: 0;
    }
    video {
      width: 100%;
      height: 100%;
      object-fit: cover;
    }
    video.mirrored {
      scale: -1 1;
    }
    .tile {
      position: absolute;
      overflow: hidden;
      background: #16171d;
    }
    .big {
      inset: 0;
      z-index: 0;
      animation: appear 0.3s;
    }
    .small {
      z-index: 4;
      width: 112px;
      height: 168px;
      border-radius: 20px;
      box-shadow: 0 0 0 1px rgb(255 255 255 / 0.16), 0 12px 40px rgb(0 0 0 / 0.45);
      inset: var(--_head) auto auto;
      inset-inline: auto var(--_gap);
      transition: scale 0.2s var(--_ease), box-shadow 0.2s;
      animation: pop 0.36s var(--_ease);
    }
    .small[data-corner='top-start'] {
      inset: calc(var(--_head) + 72px) auto auto;
      inset-inline: var(--_gap) auto;
    }
    .small[data-corner='bottom-end'] {
      inset: auto auto calc(var(--_foot) + var(--_bar) + 20px);
      inset-inline: auto var(--_gap);
    }
    .small[data-corner='bottom-start'] {
      inset: auto auto calc(var(--_foot) + var(--_bar) + 20px);
      inset-inline: var(--_gap) auto;
    }
    .small.dragged {
      scale: 1.04;
      transition: none;
      cursor: grabbing;
    }
    @container (min-width: 720px) {
      .small {
        width: clamp(200px, 20cqw, 288px);
        height: auto;
        aspect-ratio: 16 / 10;
        inset: auto auto var(--_foot);
        inset-inline: auto 28px;
      }
      .small[data-corner='bottom-end'] {
        inset: auto auto var(--_foot);
        inset-inline: auto 28px;
      }
      .small[data-corner='bottom-start'] {
        inset: auto auto var(--_foot);
        inset-inline: 28px auto;
      }
      .small[data-corner='top-end'] {
        inset: 28px auto auto;
        inset-inline: auto 28px;
      }
      .small[data-corner='top-start'] {
        inset: 104px auto auto;
        inset-inline: 28px auto;
      }
    }
    /* The bar reaches under where it rests. */
    @container (min-width: 720px) and (max-width: 1079px) {
      .small:not([data-corner^='top']) {
        bottom: calc(var(--_foot) + var(--_bar) + 20px);
      }
    }
    .cover {
      position: absolute;
      inset: 0;
      padding: 0;
      border: 0;
      border-radius: inherit;
      background: none;
      cursor: pointer;
      touch-action: none;
    }
    .cover:focus-visible {
      outline-offset: -3px;
    }
    .flip {
      position: absolute;
      inset-inline-end: 4px;
      bottom: 4px;
      display: grid;
      place-items: center;
      width: 44px;
      height: 44px;
      padding: 0;
      border: 0;
      border-radius: 50%;
      font-size: 20px;
      color: #fff;
      background: none;
      cursor: pointer;
    }
    .flip::before {
      content: '';
      position: absolute;
      inset: 4px;
      z-index: -1;
      border-radius: 50%;
      background: rgb(15 16 21 / 0.6);
    }
    .flip {
      isolation: isolate;
    }
    .big .flip {
      inset-inline: 16px auto;
      bottom: calc(var(--_foot) + var(--_bar) + 16px);
    }
    .placeholder {
      position: absolute;
      inset: 0;
      --_glow: 0.5;
    }
    .face {
      position: absolute;
      inset: 0;
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      gap: 22px;
      padding: 8px;
      text-align: center;
    }
    .big .face {
      --size: clamp(104px, 20cqh, 160px);
      font-size: 17px;
    }
    .small .face {
      --size: 56px;
      gap: 8px;
      font-size: 12px;
      line-height: 15px;
    }
    .face p {
      margin: 0;
      font-weight: 500;
      color: rgb(255 255 255 / 0.86);
    }
    .face p + p {
      margin-top: -14px;
    }
    .small .face p + p {
      display: none;
    }
    .spinner {
      width: 15px;
      height: 15px;
      border: 2px solid rgb(255 255 255 / 0.3);
      border-top-color: #fff;
      border-radius: 50%;
      animation: turn 0.9s linear infinite;
    }
    @keyframes turn {
      to {
        rotate: 1turn;
      }
    }
    .scrim {
      position: absolute;
      inset-inline: 0;
      z-index: 1;
      pointer-events: none;
    }
    .scrim.top {
      top: 0;
      height: 190px;
      background: linear-gradient(rgb(8 9 12 / 0.6), rgb(8 9 12 / 0.38) 35%, rgb(8 9 12 / 0.1) 75%, transparent);
    }
    .scrim.bottom {
      bottom: 0;
      height: 210px;
      background: linear-gradient(transparent, rgb(8 9 12 / 0.1) 30%, rgb(8 9 12 / 0.5));
    }
    .head {
      position: absolute;
      z-index: 2;
      inset-inline: calc(20px + var(--_lead, 0px)) 148px;
      top: var(--_head);
      text-shadow: 0 1px 10px rgb(0 0 0 / 0.45);
      pointer-events: none;
    }
    .name {
      display: flex;
      align-items: center;
      gap: 9px;
    }
    h1 {
      margin: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      font-size: 22px;
      line-height: 30px;
      font-weight: 650;
      letter-spacing: -0.01em;
    }
    .muted {
      flex: none;
      display: inline-flex;
      align-items: center;
      gap: 7px;
      font-size: 18px;
      pointer-events: auto;
    }
    .head p {
      display: flex;
      align-items: center;
      gap: 10px;
      margin: 1px 0 0;
      font-size: 15px;
      line-height: 22px;
      color: rgb(255 255 255 / 0.88);
    }
    .head hullo-held {
      margin-top: 8px;
    }
    @container (min-width: 720px) {
      .head {
        inset-inline-start: calc(32px + var(--_lead-wide, var(--_lead, 0px)));
        top: 26px;
      }
      h1 {
        font-size: 24px;
      }
    }
    hullo-banners {
      position: absolute;
      z-index: 3;
      inset: auto 16px calc(var(--_foot) + var(--_bar) + 18px);
    }
    .foot {
      position: absolute;
      z-index: 5;
      inset: auto 0 var(--_foot);
      display: flex;
      justify-content: center;
      pointer-events: none;
    }
    hullo-controls {
      pointer-events: auto;
    }
    @container (min-width: 720px) {
      hullo-banners {
        inset: 96px 16px auto;
      }
      .big .flip {
        inset-inline-start: 32px;
        bottom: calc(var(--_foot) + 16px);
      }
    }
    @container (min-width: 1080px) {
      hullo-banners {
        inset: 26px 320px auto;
      }
    }
    @keyframes appear {
      from {
        opacity: 0;
      }
    }
    @keyframes pop {
      from {
        opacity: 0;
        scale: 0.86;
      }
    }
  `,
];
