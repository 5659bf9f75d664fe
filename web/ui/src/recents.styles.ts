// Styles of <hullo-recents>.
import { css } from 'lit';
import { base, tokens } from './theme.ts';

export const recentsStyles = [
  tokens,
  base,
  css`
    :host {
      display: block;
      min-height: 0;
      color: var(--_text);
      -webkit-font-smoothing: antialiased;
    }
    .head {
      display: flex;
      align-items: center;
      gap: 10px;
      padding: 8px 12px 6px;
    }
    h2 {
      margin: 0;
      font-size: 19px;
      line-height: 28px;
      font-weight: 650;
      letter-spacing: -0.01em;
    }
    .count {
      min-width: 22px;
      padding: 1px 7px;
      border-radius: 11px;
      text-align: center;
      font-size: 13px;
      line-height: 20px;
      font-weight: 650;
      font-variant-numeric: tabular-nums;
      color: #fff;
      background: var(--_danger);
    }
    h3 {
      margin: 0;
      padding: 12px 12px 4px;
      font-size: 13px;
      line-height: 18px;
      font-weight: 600;
      color: var(--_muted);
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    .call {
      --size: 44px;
      position: relative;
      display: flex;
      align-items: center;
      gap: 13px;
      width: 100%;
      min-height: 64px;
      padding: 9px 12px;
      border: 0;
      border-radius: 18px;
      text-align: start;
      background: none;
      cursor: pointer;
    }
    .call:hover {
      background: var(--_hover);
    }
    .call:focus-visible {
      outline-offset: -3px;
    }
    .faces {
      flex: none;
      display: grid;
      place-items: center;
      width: 48px;
    }
    hullo-faces {
      --size: 30px;
      --ring: var(--_bg);
    }
    /* As wide as there is room, however long its words are. */
    .words {
      flex: 1;
      width: 0;
      min-width: 0;
      display: flex;
      flex-direction: column;
      gap: 1px;
    }
    .name {
      align-self: flex-start;
      max-width: 100%;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      font-size: 16px;
      line-height: 22px;
      font-weight: 550;
    }
    .what {
      display: flex;
      align-items: center;
      gap: 5px;
      font-size: 14px;
      line-height: 19px;
      color: var(--_muted);
      font-variant-numeric: tabular-nums;
    }
    .what svg {
      flex: none;
      font-size: 15px;
    }
    .what span {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .missed .name,
    .missed .what svg {
      color: var(--_danger-text);
    }
    .fresh .name {
      font-weight: 700;
    }
    .fresh .faces::before {
      content: '';
      position: absolute;
      inset-inline-start: 2px;
      width: 8px;
      height: 8px;
      border-radius: 50%;
      background: var(--_danger);
    }
    time {
      flex: none;
      font-size: 13px;
      line-height: 18px;
      color: var(--_muted);
      font-variant-numeric: tabular-nums;
    }
    .again {
      flex: none;
      display: grid;
      place-items: center;
      width: 40px;
      height: 40px;
      border-radius: 50%;
      font-size: 21px;
      color: var(--_accent);
    }
    .call:hover .again {
      background: color-mix(in oklab, var(--_accent) 14%, transparent);
    }
    .bare {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 4px;
      padding: 56px 24px;
      text-align: center;
      text-wrap: balance;
    }
    .sign {
      display: grid;
      place-items: center;
      width: 64px;
      height: 64px;
      margin-block-end: 14px;
      border-radius: 50%;
      font-size: 28px;
      color: var(--_muted);
      background: var(--_control);
    }
    .bare strong {
      font-size: 17px;
      line-height: 24px;
      font-weight: 600;
    }
    .bare p {
      margin: 0;
      font-size: 15px;
      line-height: 21px;
      color: var(--_muted);
    }
    .press {
      min-height: 44px;
      padding: 0 20px;
      border: 0;
      border-radius: 22px;
      font-size: 15px;
      font-weight: 600;
      color: var(--_accent);
      background: color-mix(in oklab, var(--_accent) 13%, transparent);
      cursor: pointer;
    }
    .press:hover {
      background: color-mix(in oklab, var(--_accent) 22%, transparent);
    }
    .bare .press {
      margin-block-start: 16px;
    }
    .end {
      display: grid;
      place-items: center;
      min-height: 64px;
      padding: 8px;
    }
    .spinner {
      width: 22px;
      height: 22px;
      border: 2.5px solid var(--_line);
      border-block-start-color: var(--_text);
      border-radius: 50%;
      animation: turn 0.9s linear infinite;
    }
    .ghost {
      display: flex;
      align-items: center;
      gap: 13px;
      min-height: 64px;
      padding: 9px 12px;
      animation: breathe 1.6s ease-in-out infinite alternate;
    }
    .ghost i {
      flex: none;
      width: 44px;
      height: 44px;
      margin-inline: 2px;
      border-radius: 50%;
      background: var(--_control);
    }
    .ghost b {
      width: 52%;
      height: 13px;
      border-radius: 7px;
      background: var(--_control);
    }
    .ghost:nth-child(even) b {
      width: 38%;
    }
    @keyframes breathe {
      to {
        opacity: 0.45;
      }
    }
    @keyframes turn {
      to {
        rotate: 1turn;
      }
    }
  `,
];
