// Colours, type and motion, as CSS custom properties. Every `--hullo-*` property is the app's to set. Light and dark
// follow the `color-scheme` of where an element stands, and theme="light" or theme="dark" where it is given.
import { css } from 'lit';

/** Light or dark colours; `auto` follows the system, whatever the page does. */
export type Theme = 'auto' | 'light' | 'dark';

/** Put these on the outermost element; everything inside inherits them. */
export const tokens = css`
  :host {
    /* The family of all text. */
    --_font: var(
      --hullo-font,
      'Inter', -apple-system, system-ui, 'Segoe UI', Roboto, 'PingFang SC', 'Noto Sans CJK SC',
      'Noto Sans SC', 'Microsoft YaHei', sans-serif
    );
    /* Behind a screen. */
    --_bg: var(--hullo-bg, light-dark(#f6f6f9, #0d0e12));
    /* The bubble of a call that came in. */
    --_surface: var(--hullo-surface, light-dark(#ffffff, #1b1c23));
    /* What floats: sheets, questions, notices, the small tile. */
    --_raised: var(--hullo-raised, light-dark(#ffffff, #25262f));
    /* Text and icons. */
    --_text: var(--hullo-text, light-dark(#16171d, #f5f5f7));
    /* Text of less weight. */
    --_muted: var(--hullo-muted, light-dark(#50535e, #b2b5c0));
    /* The edge of what is raised. */
    --_line: var(--hullo-line, light-dark(rgb(18 20 30 / 0.09), rgb(255 255 255 / 0.1)));
    /* A row under the pointer. */
    --_hover: var(--hullo-hover, light-dark(rgb(18 20 30 / 0.05), rgb(255 255 255 / 0.07)));
    /* The disc of a button or icon. */
    --_control: var(--hullo-control, light-dark(rgb(18 20 30 / 0.08), rgb(255 255 255 / 0.14)));
    --_control-hover: light-dark(rgb(18 20 30 / 0.14), rgb(255 255 255 / 0.22));
    --_inverse: light-dark(#1b1c23, #ffffff);
    --_on-inverse: light-dark(#ffffff, #16171d);
    /* What is chosen or can be pressed, and the focus ring. */
    --_accent: var(--hullo-accent, light-dark(#5250d0, #8886f4));
    /* Text and icons on the accent. */
    --_on-accent: var(--hullo-on-accent, light-dark(#ffffff, #0f1020));
    /* The bubble of a call that went out. */
    --_bubble: var(--hullo-bubble, light-dark(#5250d0, #5755d6));
    /* The buttons that answer or call. */
    --_accept: var(--hullo-accept, #1c9a54);
    /* The buttons that decline or end; missed calls. */
    --_danger: var(--hullo-danger, #e0393f);
    --_danger-text: light-dark(#c4242b, #ff8a8d);
    --_warn: light-dark(#8a5200, #ffc46b);
    --_good: light-dark(#12804a, #4fd08a);
    --_ease: cubic-bezier(0.2, 0.8, 0.2, 1);
    font-family: var(--_font);
  }
  :host([theme='auto']) {
    color-scheme: light dark;
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
`;

/** What the styles of each element start with. */
export const base = css`
  :host,
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  button {
    font: inherit;
    color: inherit;
    -webkit-tap-highlight-color: transparent;
    touch-action: manipulation;
  }
  svg {
    display: block;
  }
  svg.mirrored:dir(rtl) {
    scale: -1 1;
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  :focus-visible {
    outline: 3px solid var(--_focus, var(--_accent));
    outline-offset: 3px;
  }
  @media (prefers-reduced-motion: reduce) {
    :host,
    *,
    *::before,
    *::after {
      animation-duration: 0.01ms !important;
      animation-iteration-count: 1 !important;
      transition-duration: 0.01ms !important;
    }
  }
`;

/** A soft backdrop in the colours of a person: set `--one` and `--two`. */
export const ambient = css`
  .ambient {
    position: absolute;
    inset: 0;
    overflow: hidden;
    background: light-dark(#fbfbfd, #0d0e12);
  }
  .ambient::before,
  .ambient::after {
    content: '';
    position: absolute;
    width: 130vmax;
    height: 130vmax;
    border-radius: 50%;
    opacity: var(--_glow, 0.55);
    animation: drift 26s ease-in-out infinite alternate;
  }
  .ambient::before {
    inset-inline-start: -55vmax;
    top: -70vmax;
    background: radial-gradient(closest-side, color-mix(in oklab, var(--one) 75%, transparent), transparent);
  }
  .ambient::after {
    inset-inline-end: -60vmax;
    bottom: -75vmax;
    background: radial-gradient(closest-side, color-mix(in oklab, var(--two) 75%, transparent), transparent);
    animation-delay: -9s;
  }
  @keyframes drift {
    to {
      transform: translate3d(6vmax, 4vmax, 0) scale(1.12);
    }
  }
`;
