// <hullo-tile>: one participant of a group call: the picture or the face, the name, and what is the matter. Its
// parent decides where it lies. A press makes it large, and small again.
import type { Participant } from '@hullo/sdk';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DeviceKind } from '../client.ts';
import { attendanceOf } from '../group/roster.ts';
import { icons } from '../icons.ts';
import { inlineStyle } from '../inline_style.ts';
import { coloursOf } from '../people.ts';
import { CallElement } from '../scene/call_element.ts';
import { type DeviceMark, deviceMarkOf, wordsOfMark } from '../scene/device_marks.ts';
import { cameraIsOn, type Scene } from '../scene.ts';
import type { TextKey } from '../texts.ts';
import './avatar.ts';
import './quality.ts';
import { tileStyles } from './tile.styles.ts';
import { LocalView, RemoteView } from './views.ts';

/** What to say of a participant over its face; undefined while it simply talks. */
export function noteOf({ state, held, reconnecting }: Participant, isMe = false): TextKey | undefined {
  switch (state) {
    case 'invited':
      return 'state.invited';
    case 'delivered':
    case 'ringing':
      return 'state.ringing';
    case 'accepted':
      return isMe ? undefined : 'state.connecting';
    case 'joined':
      return reconnecting && !isMe ? 'state.reconnecting' : held ? 'state.held' : undefined;
    case 'busy':
      return 'state.busy';
    case 'rejected':
      return 'state.rejected';
    case 'timed_out':
    case 'unreachable':
      return 'state.noAnswer';
    case 'left':
      return 'state.left';
    case 'lost':
      return 'state.lost';
    case 'cancelled':
      return 'state.cancelled';
    default:
      // A state of a later server.
      return;
  }
}

@customElement('hullo-tile')
export class HulloTile extends CallElement {
  @property({ attribute: false }) participant?: Participant;
  /** It is the large one. */
  @property({ type: Boolean, reflect: true }) big = false;
  /** A press makes it large or small. */
  @property({ type: Boolean }) pinnable = false;
  /** There is more than one camera: the local tile offers to switch. */
  @property({ type: Boolean }) flippable = false;
  #local = new LocalView(this);
  #remote = new RemoteView(this, () => this.participant?.accid);

  static override styles = tileStyles;

  protected override render() {
    const { scene, participant } = this;
    if (!scene || !participant) return;
    const { accid, state } = participant;
    const isMe = accid === scene.me;
    const attendance = attendanceOf(participant);
    const filmed = scene.call.media === 'video' && (isMe || (attendance === 'in' && state === 'joined'));
    const hasPicture = isMe ? this.#local.hasPicture : this.#remote.hasPicture;
    const on = isMe ? cameraIsOn(scene.local) : participant.video === 'on' && !participant.held;
    const note = noteOf(participant, isMe);
    const mark = deviceMarkOf(scene, participant, 'microphone');
    const speaking =
      attendance === 'in' && scene.speakers.includes(accid) && (mark === undefined || mark === 'asking');
    const [one, two] = coloursOf(accid);
    const covered = !filmed || !on || !hasPicture;
    return html`<div
      part="tile"
      class="tile ${attendance} ${state} ${speaking ? 'speaking' : ''} ${covered ? 'covered' : ''} ${note ? 'noted' : ''}"
      ${inlineStyle({ '--one': one, '--two': two })}
    >
      ${filmed ? (isMe ? this.#local.render('hullo-local-video') : this.#remote.render(`video-${accid}`)) : nothing}
      ${covered ? this.#renderFace(scene, filmed && on) : nothing}
      ${note ? html`<p class="note" data-testid="note-${accid}">${this.#renderSign(note)}<span>${this.t(note)}</span></p>` : nothing}
      ${this.#renderTag(scene, participant, mark)} ${this.pinnable ? this.#renderCover(scene, accid) : nothing}
      ${isMe && this.flippable && filmed && on ? this.#renderFlip() : nothing}
      <i class="ring"></i>
    </div>`;
  }

  /** `waiting`: the picture is about to come, so that the face comes only when it takes its time. */
  #renderFace(scene: Scene, waiting: boolean): TemplateResult {
    const person = scene.person(this.participant?.accid ?? '');
    const calling = this.participant ? attendanceOf(this.participant) === 'pending' : false;
    return html`<div class="placeholder ${waiting ? 'waiting' : ''}">
      <div class="ambient"></div>
      <div class="face ${calling ? 'calling' : ''}"><i></i><hullo-avatar .person=${person}></hullo-avatar></div>
    </div>`;
  }

  #renderSign(note: TextKey): TemplateResult | typeof nothing {
    if (note === 'state.reconnecting' || note === 'state.connecting')
      return html`<span class="spinner"></span>`;
    return note === 'state.held' ? icons.pause : nothing;
  }

  #renderTag(scene: Scene, participant: Participant, mark: DeviceMark | undefined): TemplateResult {
    const { accid } = participant;
    const isMe = accid === scene.me;
    const name = isMe ? this.t('tile.you') : scene.person(accid).name;
    const level = isMe ? scene.network.own : (scene.network.others.get(accid) ?? 'unknown');
    const weak = participant.state === 'joined' && ['poor', 'bad', 'down'].includes(level);
    const muted = scene.mutedForMe.has(accid);
    return html`<div class="tag">
      ${muted ? html`<span class="sign" role="img" aria-label=${this.t('members.mutedForMe')} title=${this.t('members.mutedForMe')} data-testid="muted-for-me-${accid}">${icons.speakerOff}</span>` : nothing}
      ${mark ? this.#renderMark(scene, accid, 'microphone', mark) : nothing}
      ${participant.screen ? html`<span class="sign" role="img" aria-label=${this.t('share.remote', { name })} data-testid="shares-${accid}">${icons.screen}</span>` : nothing}
      <span class="name">${name}</span>
      ${weak ? html`<hullo-quality .scene=${scene} .level=${level} testid="quality-${accid}"></hullo-quality>` : nothing}
    </div>`;
  }

  #renderMark(scene: Scene, accid: string, kind: DeviceKind, mark: DeviceMark): TemplateResult {
    const said = wordsOfMark(scene, accid, kind, mark);
    const sign = mark === 'asking' ? html`<span class="spinner"></span>${icons[kind]}` : icons[`${kind}Off`];
    return html`<span class="sign ${mark}" role="img" aria-label=${said} title=${said} data-testid="muted-${accid}" data-mark=${mark}>${sign}</span>`;
  }

  #renderCover(scene: Scene, accid: string): TemplateResult {
    const { big } = this;
    const { name } = scene.person(accid);
    const label = this.t(big ? 'tile.unpin' : 'tile.pin', { name });
    return html`<button
      type="button"
      class="cover"
      aria-label=${label}
      aria-pressed=${String(big)}
      data-testid="pin-${accid}"
      @click=${() => this.dispatchIntent({ type: 'pin', tile: big ? undefined : accid })}
    >
      <span class="hint" aria-hidden="true">${big ? icons.grid : icons.pin}</span>
    </button>`;
  }

  #renderFlip(): TemplateResult {
    const label = this.t('control.flip');
    return html`<button type="button" class="flip" aria-label=${label} title=${label} data-testid="hullo-switch-camera" @click=${() => this.dispatchIntent({ type: 'switchCamera' })}>
      ${icons.flip}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-tile': HulloTile;
  }
}
