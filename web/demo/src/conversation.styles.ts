// Styles of a conversation.
import { css } from 'lit';

export const conversationStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
  }
  header {
    --size: 42px;
    flex: none;
    display: flex;
    align-items: center;
    gap: 13px;
    min-height: 72px;
    padding: 10px 18px 10px 24px;
    background: color-mix(in oklab, var(--_surface) 72%, transparent);
    border-bottom: 1px solid var(--_line);
  }
  header div {
    min-width: 0;
  }
  h1 {
    margin: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: 17px;
    line-height: 23px;
    font-weight: 650;
  }
  header p {
    margin: 0;
    font-size: 14px;
    line-height: 19px;
    color: var(--_muted);
  }
  header p.on {
    color: var(--_good);
  }
  nav {
    display: flex;
    gap: 8px;
    margin-inline-start: auto;
  }
  nav button,
  .back {
    display: grid;
    place-items: center;
    width: 46px;
    height: 46px;
    padding: 0;
    border: 0;
    border-radius: 50%;
    font-size: 23px;
    color: var(--_accent);
    background: color-mix(in oklab, var(--_accent) 12%, transparent);
    cursor: pointer;
  }
  nav button:hover {
    background: color-mix(in oklab, var(--_accent) 20%, transparent);
  }
  .back {
    display: none;
    background: none;
  }
  .list {
    flex: 1;
    min-height: 0;
    display: flex;
    flex-direction: column;
    gap: 10px;
    padding: 20px max(24px, calc((100% - 760px) / 2)) 28px;
    overflow-y: auto;
  }
  .list > :first-child {
    margin-top: auto;
  }
  .day {
    margin: 18px 0 6px;
    text-align: center;
    font-size: 13px;
    font-weight: 600;
    color: var(--_muted);
  }
  .row {
    display: flex;
    align-items: flex-end;
    gap: 10px;
  }
  .row.mine {
    flex-direction: row-reverse;
  }
  time {
    padding-bottom: 4px;
    font-size: 12px;
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }
  .older {
    align-self: center;
    min-height: 44px;
    padding: 0 18px;
    border: 0;
    border-radius: 22px;
    font-size: 14px;
    font-weight: 600;
    color: var(--_accent);
    background: color-mix(in oklab, var(--_accent) 10%, transparent);
    cursor: pointer;
  }
  .failed {
    text-align: center;
    color: var(--_danger-text);
  }
  .empty {
    --size: 92px;
    margin: auto;
    text-align: center;
  }
  .empty h2 {
    margin: 22px 0 4px;
    font-size: 20px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .empty p {
    margin: 0;
    font-size: 15px;
    color: var(--_muted);
  }
  @media (max-width: 719px) {
    header {
      padding-inline-start: 6px;
      gap: 9px;
    }
    .back {
      display: grid;
    }
    .list {
      padding-inline: 16px;
    }
  }
`;
