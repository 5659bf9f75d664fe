// <hullo-invite>: picks people to call into the running call. Those who are in it are marked and cannot be picked.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { attendanceOf } from '../group/roster.ts';
import { icons } from '../icons.ts';
import { isSameAccid, matches, type Person } from '../people.ts';
import type { Scene } from '../scene.ts';
import './avatar.ts';
import { acceptFill } from './fills.ts';
import { personRowStyles, SheetElement, sheetStyles } from './sheet.ts';

@customElement('hullo-invite')
export class HulloInvite extends SheetElement {
  @state() private typed = '';
  @state() private picked: readonly string[] = [];

  static override styles = [
    ...sheetStyles,
    personRowStyles,
    css`
      .search {
        flex: none;
        display: flex;
        align-items: center;
        gap: 9px;
        margin: 4px 0 8px;
        padding: 0 14px;
        border-radius: 16px;
        font-size: 19px;
        color: var(--_muted);
        background: var(--_hover);
        box-shadow: inset 0 0 0 1px var(--_line);
      }
      .search:focus-within {
        box-shadow: inset 0 0 0 2px var(--_accent);
      }
      .search input {
        flex: 1;
        min-width: 0;
        height: 46px;
        padding: 0;
        border: 0;
        outline: none;
        font: 400 16px/22px var(--_font);
        color: var(--_text);
        background: none;
      }
      .search input::placeholder {
        color: var(--_muted);
      }
      .picked {
        flex: none;
        display: flex;
        gap: 6px;
        margin: 0 0 6px;
        padding: 2px;
        overflow-x: auto;
        scrollbar-width: none;
      }
      .chip {
        --size: 26px;
        flex: none;
        display: inline-flex;
        align-items: center;
        gap: 7px;
        height: 36px;
        padding-block: 0;
        padding-inline: 5px 11px;
        border: 0;
        border-radius: 18px;
        font-size: 14px;
        font-weight: 500;
        background: color-mix(in oklab, var(--_accent) 14%, transparent);
        cursor: pointer;
        animation: pop 0.2s var(--_ease);
      }
      .chip .seen {
        display: inherit;
        align-items: inherit;
        gap: inherit;
      }
      .chip svg {
        font-size: 14px;
        color: var(--_muted);
      }
      label.person {
        cursor: pointer;
      }
      label.person:hover {
        background: var(--_hover);
      }
      label.person:has(:focus-visible) {
        outline: 3px solid var(--_accent);
        outline-offset: -3px;
      }
      .there {
        opacity: 0.6;
      }
      label.there {
        cursor: default;
        background: none;
      }
      .person input {
        position: absolute;
        opacity: 0;
      }
      .box {
        flex: none;
        display: grid;
        place-items: center;
        width: 24px;
        height: 24px;
        border-radius: 50%;
        font-size: 16px;
        color: transparent;
        box-shadow: inset 0 0 0 2px light-dark(#b3b6c2, #676a78);
        transition: background 0.15s;
      }
      :checked ~ .box {
        color: var(--_on-accent);
        background: var(--_accent);
        box-shadow: none;
      }
      .nobody {
        margin: 0;
        padding: 28px 16px 36px;
        text-align: center;
        font-size: 15px;
        color: var(--_muted);
        overflow-wrap: anywhere;
      }
      .foot {
        flex: none;
        display: flex;
        align-items: center;
        gap: 14px;
        padding-block: 10px 0;
        padding-inline: 10px 0;
        font-size: 14px;
        color: var(--_muted);
      }
      .send {
        flex: none;
        display: inline-flex;
        align-items: center;
        gap: 9px;
        min-height: 48px;
        margin-inline-start: auto;
        padding: 0 22px;
        border: 0;
        border-radius: 24px;
        font-size: 15px;
        font-weight: 600;
        color: #fff;
        background: ${acceptFill};
        cursor: pointer;
      }
      .send svg {
        font-size: 20px;
      }
      .send:hover {
        filter: brightness(1.08);
      }
      .send[disabled] {
        color: var(--_muted);
        background: var(--_control);
        filter: none;
        cursor: default;
      }
      @keyframes pop {
        from {
          opacity: 0;
          scale: 0.8;
        }
      }
    `,
  ];

  /** Takes the keyboard to the search, except where that would bring up an on-screen one. */
  protected override firstUpdated(): void {
    if (matchMedia('(hover: hover)').matches)
      this.renderRoot.querySelector<HTMLElement>('[type=search]')?.focus({ preventScroll: true });
    else super.firstUpdated();
  }

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const shown = scene.contacts.filter((person) => matches(person, this.typed));
    const seats = scene.inviting.seats - this.picked.length;
    return this.renderSheet({
      title: this.t('invite.title'),
      testId: 'invite-sheet',
      top: html`${this.#renderSearch()} ${this.picked.length > 0 ? this.#renderPickedRow(scene) : nothing}`,
      body:
        shown.length > 0
          ? html`<ul aria-label=${this.t('invite.title')}>
              ${repeat(
                shown,
                ({ accid }) => accid,
                (person) => html`<li>${this.#renderRow(scene, person, seats)}</li>`,
              )}
            </ul>`
          : html`<p class="nobody">
              ${this.typed.trim() ? this.t('invite.nobody', { search: this.typed.trim() }) : this.t('invite.empty')}
            </p>`,
      bottom: this.#renderFoot(scene, seats),
    });
  }

  #renderSearch(): TemplateResult {
    const label = this.t('invite.search');
    return html`<label class="search">
      ${icons.search}
      <input
        type="search"
        data-testid="invite-search"
        autocomplete="off"
        spellcheck="false"
        aria-label=${label}
        placeholder=${label}
        .value=${this.typed}
        @input=${(event: InputEvent) => {
          this.typed = (event.target as HTMLInputElement).value;
        }}
      />
    </label>`;
  }

  #renderPickedRow(scene: Scene): TemplateResult {
    return html`<div class="picked">
      ${repeat(
        this.picked,
        (accid) => accid,
        (accid) => {
          const person = scene.person(accid);
          return html`<button type="button" class="chip" @click=${() => this.#pick(accid, false)}>
            <span class="unseen">${this.t('invite.remove', { name: person.name })}</span>
            <span class="seen" aria-hidden="true"><hullo-avatar .person=${person}></hullo-avatar>${person.name} ${icons.close}</span>
          </button>`;
        },
      )}
    </div>`;
  }

  #renderRow(scene: Scene, person: Person, seats: number): TemplateResult {
    const { accid } = person;
    const participant = scene.call.participants.find((one) => isSameAccid(one.accid, accid));
    const attendance = participant && attendanceOf(participant);
    const there = attendance === 'in' || attendance === 'pending';
    const checked = this.picked.includes(accid);
    return html`<label class="person ${there ? 'there' : ''}">
      <hullo-avatar .person=${person}></hullo-avatar>
      <span class="words">
        <span class="name">${person.name}</span>
        ${there ? html`<span class="note">${this.t(attendance === 'in' ? 'invite.inCall' : 'invite.called')}</span>` : nothing}
      </span>
      <input
        type="checkbox"
        data-testid="invite-${accid}"
        .checked=${checked}
        ?disabled=${there || (!checked && seats <= 0)}
        @change=${(event: Event) => this.#pick(accid, (event.target as HTMLInputElement).checked)}
      />
      ${there ? nothing : html`<span class="box">${icons.check}</span>`}
    </label>`;
  }

  #renderFoot(scene: Scene, seats: number): TemplateResult {
    const { length } = this.picked;
    const full =
      seats <= 0 ? this.t('invite.full') : seats < 10 ? this.t('invite.limit', { count: seats }) : '';
    return html`<div class="foot">
      <span role="status">${full}</span>
      <button type="button" class="send" data-testid="invite-send" ?disabled=${length === 0} @click=${() => this.#send(scene)}>
        ${icons[scene.call.media === 'video' ? 'camera' : 'phone']}
        ${length > 1 ? this.t('invite.sendCount', { count: length }) : this.t('invite.send')}
      </button>
    </div>`;
  }

  #pick(accid: string, picked: boolean): void {
    const others = this.picked.filter((other) => other !== accid);
    this.picked = picked ? [...others, accid] : others;
  }

  #send({ call }: Scene): void {
    // Whoever came into the call while this was open is in it by now.
    const there = call.participants.filter((one) => ['in', 'pending'].includes(attendanceOf(one)));
    const accids = this.picked.filter((accid) => !there.some((one) => isSameAccid(one.accid, accid)));
    if (accids.length > 0) this.dispatchIntent({ type: 'invite', accids });
    this.dispatchIntent({ type: 'close' });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-invite': HulloInvite;
  }
}
