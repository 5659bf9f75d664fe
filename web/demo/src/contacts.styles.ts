// Styles of the list of people.
import { css } from 'lit';

export const contactsStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    padding: 0 12px;
    background: var(--_surface);
    border-right: 1px solid var(--_line);
  }
  header {
    display: flex;
    align-items: center;
    gap: 11px;
    padding: 14px 4px 14px 10px;
  }
  header strong {
    font-size: 20px;
    font-weight: 700;
    letter-spacing: -0.02em;
  }
  header hullo-demo-settings {
    margin-left: auto;
  }
  .bar {
    margin: 0 0 8px;
    padding: 9px 14px;
    border-radius: 12px;
    font-size: 14px;
    font-weight: 500;
    color: var(--_warn);
    background: color-mix(in oklab, var(--_warn) 12%, transparent);
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
  }
  .head button {
    display: inline-flex;
    align-items: center;
    gap: 8px;
    min-height: 44px;
    padding: 0 14px 0 11px;
    border: 0;
    border-radius: 22px;
    font-size: 14px;
    font-weight: 600;
    color: var(--_accent);
    background: none;
    cursor: pointer;
  }
  .head button svg {
    font-size: 20px;
  }
  .head button:hover {
    background: color-mix(in oklab, var(--_accent) 14%, transparent);
  }
  h2 {
    margin: 8px 10px 6px;
    font-size: 13px;
    font-weight: 600;
    color: var(--_muted);
  }
  ul {
    flex: 1;
    min-height: 0;
    margin: 0;
    padding: 0;
    overflow-y: auto;
    list-style: none;
  }
  li {
    display: flex;
    align-items: center;
    gap: 2px;
    padding-right: 6px;
    border-radius: 18px;
  }
  li:hover {
    background: var(--_hover);
  }
  li.open {
    background: color-mix(in oklab, var(--_accent) 12%, transparent);
  }
  .contact {
    flex: 1;
    min-width: 0;
    display: flex;
    align-items: center;
    gap: 14px;
    padding: 11px 10px;
    border: 0;
    border-radius: 18px;
    text-align: left;
    background: none;
    cursor: pointer;
  }
  .face {
    position: relative;
    line-height: 0;
  }
  .dot {
    position: absolute;
    right: -1px;
    bottom: -1px;
    width: 14px;
    height: 14px;
    border: 2.5px solid var(--_surface);
    border-radius: 50%;
    background: light-dark(#b6b8c2, #5c5f6b);
  }
  .dot.on {
    background: #27b36a;
  }
  .words {
    min-width: 0;
    display: flex;
    flex-direction: column;
  }
  .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: 16px;
    line-height: 22px;
    font-weight: 600;
  }
  .last,
  .last span {
    display: flex;
    align-items: center;
    gap: 5px;
    overflow: hidden;
    white-space: nowrap;
    font-size: 14px;
    line-height: 20px;
    color: var(--_muted);
    font-variant-numeric: tabular-nums;
  }
  .last .missed {
    color: var(--_danger-text);
  }
  .last svg {
    flex: none;
  }
  .call {
    flex: none;
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    padding: 0;
    border: 0;
    border-radius: 50%;
    font-size: 22px;
    color: var(--_accent);
    background: none;
    cursor: pointer;
  }
  .call:hover {
    background: color-mix(in oklab, var(--_accent) 14%, transparent);
  }
  .notify {
    margin: 8px 0;
    min-height: 44px;
    padding: 8px 14px;
    border: 0;
    border-radius: 14px;
    font-size: 14px;
    line-height: 19px;
    font-weight: 500;
    text-align: left;
    color: var(--_muted);
    background: var(--_hover);
    cursor: pointer;
  }
  .notify:hover {
    color: var(--_text);
  }
  footer {
    --size: 36px;
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 12px 4px calc(12px + env(safe-area-inset-bottom)) 10px;
    border-top: 1px solid var(--_line);
    font-size: 15px;
  }
  footer strong {
    font-weight: 600;
  }
  footer button {
    margin-left: auto;
    min-height: 44px;
    padding: 0 12px;
    border: 0;
    border-radius: 22px;
    font-size: 14px;
    font-weight: 500;
    color: var(--_muted);
    background: none;
    cursor: pointer;
  }
  footer button:hover {
    color: var(--_text);
    background: var(--_hover);
  }
  @media (max-width: 719px) {
    :host {
      border-right: 0;
    }
  }
`;
