// Styles of the list of people.
import { css } from 'lit';

export const contactsStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    padding: 0 12px;
    background: var(--_surface);
    border-inline-end: 1px solid var(--_line);
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
    margin-inline-start: auto;
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
  .tabs {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 4px;
    margin: 0 4px 8px;
    padding: 4px;
    border-radius: 16px;
    background: var(--_hover);
  }
  .tabs button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    min-height: 44px;
    padding: 0 10px;
    border: 0;
    border-radius: 13px;
    font-size: 14px;
    font-weight: 600;
    color: var(--_muted);
    background: none;
    cursor: pointer;
  }
  .tabs button:hover {
    color: var(--_text);
  }
  .tabs [aria-selected='true'] {
    color: var(--_text);
    background: light-dark(#ffffff, rgb(255 255 255 / 0.12));
    box-shadow: 0 1px 4px rgb(20 20 50 / 0.12);
  }
  .count {
    min-width: 20px;
    padding: 0 6px;
    border-radius: 10px;
    font-size: 12px;
    line-height: 20px;
    font-variant-numeric: tabular-nums;
    color: #fff;
    background: var(--_danger);
  }
  .panel {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
  }
  .group {
    display: flex;
    align-items: center;
    gap: 14px;
    width: 100%;
    min-height: 60px;
    margin-top: 4px;
    padding: 8px 10px;
    border: 0;
    border-radius: 18px;
    font-size: 15px;
    font-weight: 600;
    text-align: start;
    color: var(--_accent);
    background: none;
    cursor: pointer;
  }
  .group svg {
    box-sizing: content-box;
    padding: 13px;
    border-radius: 50%;
    font-size: 22px;
    background: color-mix(in oklab, var(--_accent) 13%, transparent);
  }
  .group:hover {
    background: var(--_hover);
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li {
    display: flex;
    align-items: center;
    gap: 2px;
    padding-inline-end: 6px;
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
    text-align: start;
    background: none;
    cursor: pointer;
  }
  .face {
    position: relative;
    line-height: 0;
  }
  .dot {
    position: absolute;
    inset-inline-end: -1px;
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
  .last {
    font-size: 14px;
    line-height: 20px;
    color: var(--_muted);
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
    text-align: start;
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
    margin-inline-start: auto;
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
      border-inline-end: 0;
    }
  }
`;
