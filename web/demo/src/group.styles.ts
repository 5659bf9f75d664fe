// Styles of the picker for a group call.
import { css } from 'lit';

export const groupPickerStyles = css`
  :host {
    flex: 1;
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-height: 44px;
    padding-inline-start: 10px;
  }
  h2 {
    margin: 0;
    font-size: 15px;
    font-weight: 650;
  }
  .cancel {
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
  .cancel:hover {
    color: var(--_text);
    background: var(--_hover);
  }
  ul {
    flex: 1;
    min-height: 0;
    margin: 0;
    padding: 0;
    overflow-y: auto;
    list-style: none;
  }
  li + li {
    margin-top: 2px;
  }
  label {
    --size: 48px;
    position: relative;
    display: flex;
    align-items: center;
    gap: 14px;
    padding: 11px 16px 11px 10px;
    border-radius: 18px;
    cursor: pointer;
  }
  label:hover {
    background: var(--_hover);
  }
  label:has(:checked) {
    background: color-mix(in oklab, var(--_accent) 12%, transparent);
  }
  label:has(:focus-visible) {
    outline: 3px solid var(--_accent);
    outline-offset: -3px;
  }
  .words {
    flex: 1;
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
  .presence {
    font-size: 14px;
    line-height: 20px;
    color: var(--_muted);
  }
  .presence.on {
    color: var(--_good);
  }
  input {
    position: absolute;
    opacity: 0;
  }
  .box {
    flex: none;
    display: grid;
    place-items: center;
    width: 26px;
    height: 26px;
    border-radius: 50%;
    font-size: 17px;
    color: transparent;
    box-shadow: inset 0 0 0 2px light-dark(#b3b6c2, #676a78);
    transition: background 0.15s;
  }
  :checked ~ .box {
    color: var(--_on-accent);
    background: var(--_accent);
    box-shadow: none;
  }
  .foot {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 8px;
    padding: 10px 2px 14px;
  }
  .foot p {
    grid-column: span 2;
    margin: 0 8px 2px;
    font-size: 14px;
    line-height: 20px;
    color: var(--_muted);
  }
  .call {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 9px;
    min-height: 48px;
    padding: 0 14px;
    border: 0;
    border-radius: 24px;
    font-size: 15px;
    font-weight: 600;
    color: var(--_accent);
    background: color-mix(in oklab, var(--_accent) 13%, transparent);
    cursor: pointer;
  }
  .call svg {
    font-size: 20px;
  }
  .call.video {
    color: var(--_on-accent);
    background: var(--_accent);
  }
  .call:hover {
    filter: brightness(1.06);
  }
  .call[disabled] {
    color: var(--_muted);
    background: var(--_control);
    filter: none;
    cursor: default;
  }
`;
