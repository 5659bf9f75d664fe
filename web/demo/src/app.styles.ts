// Styles of the page's frame.
import { css } from 'lit';

export const appStyles = css`
  :host {
    display: block;
    height: 100dvh;
    color: var(--_text);
    background: var(--_bg);
    -webkit-font-smoothing: antialiased;
  }
  .panes {
    display: grid;
    grid-template-columns: minmax(320px, 380px) 1fr;
    height: 100%;
  }
  main {
    position: relative;
    min-width: 0;
    min-height: 0;
  }
  .empty {
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    height: 100%;
    padding: 24px;
    text-align: center;
  }
  .empty h2 {
    margin: 26px 0 6px;
    font-size: 22px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .empty p {
    margin: 0;
    max-width: 340px;
    font-size: 15px;
    line-height: 22px;
    color: var(--_muted);
  }
  .closed {
    position: fixed;
    inset: 0;
    z-index: 10;
    display: grid;
    place-items: center;
    padding: 24px;
    background: color-mix(in oklab, var(--_bg) 78%, transparent);
    backdrop-filter: blur(10px);
  }
  .closed div {
    max-width: 360px;
    padding: 28px;
    border-radius: 24px;
    text-align: center;
    background: var(--_raised);
    box-shadow: 0 0 0 1px var(--_line), 0 24px 60px rgb(0 0 0 / 0.22);
  }
  .closed h2 {
    margin: 0 0 20px;
    font-size: 18px;
    line-height: 26px;
  }
  .primary {
    min-height: 48px;
    padding: 0 24px;
    border: 0;
    border-radius: 24px;
    font-size: 15px;
    font-weight: 600;
    color: var(--_on-accent);
    background: var(--_accent);
    cursor: pointer;
  }
  @media (max-width: 719px) {
    .panes {
      grid-template-columns: minmax(0, 1fr);
    }
    .panes:not(.talking) main,
    .panes.talking hullo-demo-contacts {
      display: none;
    }
  }
`;
