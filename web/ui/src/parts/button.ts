// The round buttons of a call: an icon on a disc, with its name below or as a tip.
import { css, html, nothing, type TemplateResult } from 'lit';
import { type IconName, icons } from '../icons.ts';

export interface RoundButton {
  readonly icon: IconName;
  /** What it does, for the eye and for screen readers. */
  readonly label: string;
  readonly testId: string;
  readonly press: () => void;
  readonly tone?: 'accept' | 'danger';
  /** For a switch: whether it is on. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  /** Under way: spins. */
  readonly busy?: boolean;
  /** What it stands for does not work. */
  readonly failed?: boolean;
  /** For a second choice: less weight than its tone has. */
  readonly soft?: boolean;
  /** For a button that opens something: whether that is open. */
  readonly expanded?: boolean;
  /** Shows the label below the disc; otherwise it is a tip. */
  readonly labelled?: boolean;
  /** What is shown below the disc, where that is a part of the label. */
  readonly caption?: string;
  /** The key that does the same. */
  readonly key?: string;
}

/** Needs {@link buttonStyles} in the element that renders it. */
export function renderButton(button: RoundButton): TemplateResult {
  const { tone, pressed, labelled, expanded, key } = button;
  return html`<button
    type="button"
    class="round ${tone ?? ''} ${pressed ? 'on' : ''} ${labelled ? 'labelled' : ''} ${button.busy ? 'busy' : ''} ${button.soft ? 'soft' : ''}"
    part="button ${tone ? `button-${tone}` : ''}"
    data-testid=${button.testId}
    aria-label=${button.label}
    aria-pressed=${pressed === undefined ? nothing : String(pressed)}
    aria-expanded=${expanded === undefined ? nothing : String(expanded)}
    aria-keyshortcuts=${key ?? nothing}
    aria-busy=${button.busy ? 'true' : nothing}
    ?disabled=${button.disabled ?? false}
    @click=${button.press}
  >
    <span class="disc">${icons[button.icon]}${button.failed ? html`<i class="badge">!</i>` : nothing}</span>
    <span class=${labelled ? 'label' : 'tip'} aria-hidden="true">${(labelled ? button.caption : undefined) ?? button.label}${key && !labelled ? html`<kbd>${key}</kbd>` : nothing}</span>
  </button>`;
}

export const buttonStyles = css`
  .round {
    --_disc: var(--disc, 56px);
    position: relative;
    display: inline-flex;
    flex-direction: column;
    align-items: center;
    gap: 10px;
    padding: 0;
    border: 0;
    border-radius: 18px;
    background: none;
    cursor: pointer;
  }
  .round:focus-visible {
    outline: none;
  }
  .round:focus-visible .disc {
    outline: 3px solid var(--_focus, var(--_accent));
    outline-offset: 3px;
  }
  .disc {
    position: relative;
    display: grid;
    place-items: center;
    width: var(--_disc);
    height: var(--_disc);
    border-radius: 50%;
    font-size: calc(var(--_disc) * 0.44);
    color: var(--_text);
    background: var(--_control);
    transition: background 0.18s, color 0.18s, transform 0.18s var(--_ease);
  }
  .round:hover .disc {
    background: var(--_control-hover);
  }
  .round:active .disc {
    transform: scale(0.93);
  }
  .round.on .disc {
    color: var(--_on-inverse);
    background: var(--_inverse);
  }
  .round.accept .disc {
    color: #fff;
    background: var(--_accept);
  }
  .round.danger .disc {
    color: #fff;
    background: var(--_danger);
  }
  .round.danger .disc svg {
    scale: 1.2;
  }
  .round.accept.soft .disc {
    color: light-dark(#0f6b39, #7fe3a9);
    background: color-mix(in oklab, var(--_accept) 22%, var(--_bg));
    box-shadow: inset 0 0 0 2px color-mix(in oklab, var(--_accept) 70%, transparent);
  }
  .badge {
    position: absolute;
    top: -3px;
    inset-inline-end: -3px;
    display: grid;
    place-items: center;
    width: 20px;
    height: 20px;
    border-radius: 50%;
    font: 700 13px/1 var(--_font);
    color: #1a1206;
    background: #ffbe55;
    box-shadow: 0 0 0 2px var(--_raised);
  }
  .round.accept:hover .disc,
  .round.danger:hover .disc {
    filter: brightness(1.1);
  }
  .round[disabled] {
    cursor: default;
  }
  .round[disabled] .disc {
    opacity: 0.45;
  }
  .round.busy .disc {
    opacity: 1;
  }
  .round.busy .disc::after {
    content: '';
    position: absolute;
    inset: -6px;
    border: 3px solid transparent;
    border-top-color: currentColor;
    border-radius: 50%;
    color: var(--_text);
    animation: turn 0.9s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  .label {
    max-width: 108px;
    font-size: 14px;
    line-height: 18px;
    font-weight: 500;
    text-align: center;
    color: var(--_text);
  }
  .tip {
    position: absolute;
    bottom: calc(100% + 16px);
    left: 50%;
    translate: -50% 4px;
    padding: 7px 11px;
    border-radius: 9px;
    white-space: nowrap;
    font-size: 13px;
    line-height: 16px;
    font-weight: 500;
    color: #fff;
    background: rgb(20 21 27 / 0.92);
    opacity: 0;
    pointer-events: none;
    transition: opacity 0.15s, translate 0.15s var(--_ease);
  }
  kbd {
    margin-inline-start: 8px;
    padding: 1px 5px;
    border-radius: 4px;
    font: 600 11px/14px var(--_font);
    background: rgb(255 255 255 / 0.18);
  }
  @media (hover: hover) {
    .round:hover .tip {
      opacity: 1;
      translate: -50% 0;
    }
  }
  .round:focus-visible .tip {
    opacity: 1;
    translate: -50% 0;
  }
`;
