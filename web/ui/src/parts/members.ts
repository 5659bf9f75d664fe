// <hullo-members>: everyone of a group call: who is in it, who is being called, who did not come or has left; with what
// can be done about each.
import type { Participant } from '@hullo/sdk';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type Attendance, attendanceOf, sorted } from '../group/roster.ts';
import { type IconName, icons } from '../icons.ts';
import { isAbsent, microphoneIsOn, type Scene } from '../scene.ts';
import type { TextKey } from '../texts.ts';
import './avatar.ts';
import { personRowStyles, SheetElement, sheetStyles } from './sheet.ts';
import { noteOf } from './tile.ts';

const shelves: readonly { title: TextKey; attendances: readonly Attendance[] }[] = [
  { title: 'members.in', attendances: ['in'] },
  { title: 'members.pending', attendances: ['pending'] },
  { title: 'members.absent', attendances: ['declined', 'gone'] },
];

@customElement('hullo-members')
export class HulloMembers extends SheetElement {
  static override styles = [
    ...sheetStyles,
    personRowStyles,
    css`
      h3 {
        display: flex;
        gap: 7px;
        margin: 10px 10px 2px;
        font-size: 13px;
        line-height: 20px;
        font-weight: 600;
        color: var(--_muted);
      }
      h3 span {
        font-variant-numeric: tabular-nums;
        opacity: 0.8;
      }
      .speaking hullo-avatar {
        box-shadow: 0 0 0 2.5px var(--_raised), 0 0 0 5px var(--_good);
      }
      .absent hullo-avatar {
        filter: saturate(0.2);
        opacity: 0.75;
      }
      .off {
        font-size: 18px;
        color: var(--_danger-text);
      }
      .act {
        flex: none;
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        margin: -2px -3px;
        padding: 0;
        border: 0;
        border-radius: 50%;
        font-size: 20px;
        color: var(--_muted);
        background: none;
        cursor: pointer;
      }
      .act:hover {
        color: var(--_text);
        background: var(--_hover);
      }
      .act[aria-pressed='true'] {
        color: var(--_accent);
      }
      .again {
        flex: none;
        display: inline-flex;
        align-items: center;
        gap: 7px;
        min-height: 38px;
        padding: 0 14px;
        border: 0;
        border-radius: 19px;
        font-size: 14px;
        font-weight: 600;
        color: var(--_accent);
        background: color-mix(in oklab, var(--_accent) 13%, transparent);
        cursor: pointer;
      }
      .again:hover {
        background: color-mix(in oklab, var(--_accent) 22%, transparent);
      }
      .add {
        display: flex;
        align-items: center;
        gap: 12px;
        width: 100%;
        min-height: 54px;
        margin-top: 6px;
        padding: 6px 10px;
        border: 0;
        border-radius: 16px;
        font-size: 15px;
        font-weight: 600;
        color: var(--_accent);
        background: none;
        cursor: pointer;
      }
      .add:hover {
        background: var(--_hover);
      }
      .add span {
        display: grid;
        place-items: center;
        width: 40px;
        height: 40px;
        border-radius: 50%;
        font-size: 21px;
        background: color-mix(in oklab, var(--_accent) 13%, transparent);
      }
    `,
  ];

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const participants = sorted(scene.call.participants, scene.me);
    return this.renderSheet({
      title: this.t('members.title'),
      testId: 'member-list',
      body: html`${shelves.map(({ title, attendances }) => {
        const here = participants.filter((one) => attendances.includes(attendanceOf(one)));
        return here.length > 0 ? this.#renderShelf(scene, title, here) : nothing;
      })}`,
      bottom: scene.inviting.allowed
        ? html`<button type="button" class="add" data-testid="member-list-invite" @click=${() => this.dispatchIntent({ type: 'open', sheet: 'invite' })}>
            <span>${icons.addPerson}</span>${this.t('invite.title')}
          </button>`
        : nothing,
    });
  }

  #renderShelf(scene: Scene, title: TextKey, participants: readonly Participant[]): TemplateResult {
    return html`<h3>${this.t(title)} <span>${participants.length}</span></h3>
      <ul aria-label=${this.t(title)}>
        ${repeat(
          participants,
          ({ accid }) => accid,
          (participant) => html`<li>${this.#renderRow(scene, participant)}</li>`,
        )}
      </ul>`;
  }

  #renderRow(scene: Scene, participant: Participant): TemplateResult {
    const { accid, state } = participant;
    const isMe = accid === scene.me;
    const person = scene.person(accid);
    const attendance = attendanceOf(participant);
    const absent = attendance === 'declined' || attendance === 'gone';
    const speaking = attendance === 'in' && scene.speakers.includes(accid);
    const note = noteOf(participant, isMe) ?? (scene.call.caller === accid ? 'members.caller' : undefined);
    return html`<div class="person ${absent ? 'absent' : ''} ${speaking ? 'speaking' : ''}" data-testid="member-${accid}" data-state=${state}>
      <hullo-avatar .person=${person}></hullo-avatar>
      <span class="words">
        <span class="name">${isMe ? `${person.name} (${this.t('tile.you')})` : person.name}</span>
        ${note ? html`<span class="note">${this.t(note)}</span>` : nothing}
      </span>
      ${attendance === 'in' ? this.#renderPresence(scene, participant, isMe) : nothing}
      ${absent && !isMe && scene.inviting.allowed ? this.#renderAgain(accid, person.name) : nothing}
    </div>`;
  }

  #renderPresence(scene: Scene, { accid, audio }: Participant, isMe: boolean): TemplateResult {
    const { name } = scene.person(accid);
    const silent = isMe ? !microphoneIsOn(scene.local) : isAbsent(audio);
    const said = isMe ? this.t('microphone.own') : this.t('microphone.remote', { name });
    const muted = scene.mutedForMe.has(accid);
    const pinned = scene.pinned === accid;
    return html`${silent ? html`<span class="off" role="img" aria-label=${said} title=${said}>${icons.microphoneOff}</span>` : nothing}
      ${
        isMe
          ? nothing
          : this.#renderAction({
              icon: muted ? 'speakerOff' : 'speaker',
              label: this.t(muted ? 'members.unmute' : 'members.mute', { name }),
              testId: `mute-for-me-${accid}`,
              pressed: muted,
              press: () => this.dispatchIntent({ type: 'muteForMe', accid, muted: !muted }),
            })
      }
      ${this.#renderAction({
        icon: 'pin',
        label: this.t(pinned ? 'tile.unpin' : 'tile.pin', { name }),
        testId: `member-pin-${accid}`,
        pressed: pinned,
        press: () => this.dispatchIntent({ type: 'pin', accid: pinned ? undefined : accid }),
      })}`;
  }

  #renderAction(act: {
    icon: IconName;
    label: string;
    testId: string;
    pressed: boolean;
    press: () => void;
  }): TemplateResult {
    return html`<button type="button" class="act" aria-label=${act.label} title=${act.label} aria-pressed=${String(act.pressed)} data-testid=${act.testId} @click=${act.press}>
      ${icons[act.icon]}
    </button>`;
  }

  #renderAgain(accid: string, name: string): TemplateResult {
    return html`<button type="button" class="again" aria-label=${this.t('members.againName', { name })} data-testid="invite-again-${accid}" @click=${() => this.dispatchIntent({ type: 'invite', accids: [accid] })}>
      ${this.t('members.again')}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-members': HulloMembers;
  }
}
