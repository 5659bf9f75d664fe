// <hullo-record>: a call in a conversation. A press asks to call again, with the same media.
import type { CallSummary } from '@hullo/sdk';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { describeRecord } from './describe.ts';
import { icons } from './icons.ts';
import './parts/faces.ts';
import { type Directory, isSameAccid } from './people.ts';
import { type Redial, redialOf } from './redial.ts';
import { languageConverter, languageOfPage, localeOf, type Texts, text } from './texts.ts';
import { base, type Theme, tokens } from './theme.ts';

/**
 * A call as a bubble in a conversation. The app puts it on the right when `direction` is outgoing.
 *
 * @fires {CustomEvent<Redial>} hullo-redial - It was pressed: call again, as `detail` says. Bubbles.
 */
@customElement('hullo-record')
export class HulloRecord extends LitElement {
  /** The call, as a message has it. */
  @property({ attribute: false }) summary?: CallSummary;
  /** The accid of the person who reads it. */
  @property() me = '';
  /** Who the other one of a group call is; the accid itself stands for whoever is not in it. */
  @property({ attribute: false }) directory?: Directory;
  /** The language, as a tag such as `zh-CN`; that of the page when absent. */
  @property({ converter: languageConverter }) override lang: string = languageOfPage();
  /** The app's own words, for any text or for a whole language; what they lack is Chinese for `zh`, and otherwise English. */
  @property({ attribute: false }) texts?: Partial<Texts>;
  /** Light or dark colours; that of where it stands when absent. */
  @property({ reflect: true }) theme?: Theme;

  static override styles = [
    tokens,
    base,
    css`
      :host {
        display: inline-block;
        max-width: 100%;
      }
      button {
        display: flex;
        align-items: center;
        gap: 12px;
        min-width: 196px;
        max-width: 100%;
        min-height: 60px;
        padding-block: 10px;
        padding-inline: 12px 18px;
        border: 0;
        border-radius: 20px;
        border-end-start-radius: 6px;
        text-align: start;
        color: var(--_text);
        background: var(--_surface);
        box-shadow: 0 0 0 1px var(--_line), 0 1px 2px rgb(0 0 0 / 0.04);
        cursor: pointer;
        transition: background 0.15s, transform 0.15s var(--_ease);
      }
      button:hover {
        background: color-mix(in oklab, var(--_surface) 94%, var(--_text));
      }
      button:active {
        transform: scale(0.98);
      }
      .icon {
        flex: none;
        display: grid;
        place-items: center;
        width: 40px;
        height: 40px;
        border-radius: 50%;
        font-size: 21px;
        color: var(--_text);
        background: var(--_control);
      }
      .title {
        display: block;
        font-size: 15px;
        line-height: 21px;
        font-weight: 600;
      }
      .outcome {
        display: flex;
        align-items: center;
        gap: 5px;
        font-size: 14px;
        line-height: 19px;
        color: var(--_muted);
        font-variant-numeric: tabular-nums;
      }
      .outcome svg {
        flex: none;
        font-size: 15px;
      }
      .words {
        flex: 1;
        min-width: 0;
      }
      .others {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        max-width: 240px;
        font-size: 14px;
        line-height: 19px;
        opacity: 0.92;
      }
      hullo-faces {
        --size: 30px;
        --ring: var(--_surface);
        flex: none;
        margin-inline-end: -6px;
      }
      .outgoing hullo-faces {
        --ring: var(--_bubble);
      }
      .missed .icon {
        color: var(--_danger-text);
        background: color-mix(in oklab, var(--_danger) 14%, transparent);
      }
      .missed .outcome {
        color: var(--_danger-text);
      }
      .outgoing {
        border-end-start-radius: 20px;
        border-end-end-radius: 6px;
        color: #fff;
        background: var(--_bubble);
        box-shadow: none;
      }
      .outgoing:hover {
        background: color-mix(in oklab, var(--_bubble) 90%, #000);
      }
      .outgoing .icon {
        color: inherit;
        background: rgb(255 255 255 / 0.18);
      }
      .outgoing .outcome {
        color: inherit;
        opacity: 0.92;
      }
    `,
  ];

  /** Whether the call was dialled by {@link HulloRecord.me}. */
  get direction(): 'outgoing' | 'incoming' {
    return isSameAccid(this.summary?.caller, this.me) ? 'outgoing' : 'incoming';
  }

  protected override render() {
    const { summary } = this;
    if (!summary) return;
    const locale = localeOf(this.lang, this.texts);
    const {
      media,
      direction,
      missed,
      title,
      text: outcome,
      person,
      others,
    } = describeRecord(summary, this.me, locale, this.directory);
    const group = summary.kind === 'group';
    const hint = text(locale, 'record.redial');
    const arrow = missed ? icons.missed : icons[direction];
    return html`<button
      type="button"
      dir=${locale.direction}
      class="${direction} ${missed ? 'missed' : ''}"
      data-testid="record-item"
      data-kind=${summary.kind}
      data-status=${summary.status}
      data-direction=${direction}
      title=${hint}
      @click=${this.#redial}
    >
      <span class="icon">${media === 'video' ? icons.camera : icons.phone}</span>
      <span class="words">
        <span class="title">${title}</span>
        ${group ? html`<span class="others">${others}</span>` : nothing}
        <span class="outcome">${arrow} ${outcome}</span>
      </span>
      ${group ? html`<hullo-faces .people=${[person]} .most=${1} .count=${summary.people - 1}></hullo-faces>` : nothing}
    </button>`;
  }

  #redial = (): void => {
    const { summary } = this;
    if (!summary) return;
    const detail = redialOf(summary, this.me);
    this.dispatchEvent(new CustomEvent('hullo-redial', { detail, bubbles: true, composed: true }));
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-record': HulloRecord;
  }
  interface HTMLElementEventMap {
    'hullo-redial': CustomEvent<Redial>;
  }
}
