// What floats over the screens of a call, and over the page while there is none.
import type { Call } from '@hullo/sdk';
import { html, nothing, type TemplateResult } from 'lit';
import type { Notice } from '../ending.ts';
import { nameAll } from '../group/naming.ts';
import { icons } from '../icons.ts';
import { inlineStyle } from '../inline_style.ts';
import '../parts/consent.ts';
import '../parts/devices.ts';
import '../parts/faces.ts';
import '../parts/invite.ts';
import '../parts/leave.ts';
import '../parts/members.ts';
import '../parts/waiting.ts';
import { type Directory, personOf } from '../people.ts';
import { othersIn } from '../scene/compose.ts';
import type { Intent, Scene } from '../scene.ts';
import { directionIn, type Language, text } from '../texts.ts';

/** Over the screen `name` of a running call: toasts, questions, sheets. */
export function renderOverlays(
  scene: Scene,
  name: string,
  toast: string | undefined,
  soundBlocked: boolean,
): TemplateResult {
  const dark = scene.call.media === 'video' || scene.sharers.length > 0;
  const where = `${name} ${dark && scene.state === 'in_call' ? 'video' : ''}`;
  return html`<div class="overlay ${where}">
      ${renderToast(toast)}
      ${scene.state === 'in_call' ? html`<hullo-consent .scene=${scene}></hullo-consent>` : nothing}
    </div>
    ${
      scene.waiting || soundBlocked
        ? html`<div class="overlay top ${where}">${soundBlocked ? renderBlocked(scene) : nothing}${scene.waiting ? html`<hullo-waiting .scene=${scene}></hullo-waiting>` : nothing}</div>`
        : nothing
    }
    ${renderSheet(scene, where)}`;
}

/** What is said for a moment. */
export function renderToast(toast: string | undefined): TemplateResult | typeof nothing {
  return toast
    ? html`<div class="toast" part="toast" role="status" data-testid="hullo-toast">${toast}</div>`
    : nothing;
}

/** The browser does not let the tone sound: a press anywhere ends that, and this says so. */
export function renderBlocked({ lang }: Scene): TemplateResult {
  return html`<button type="button" class="blocked" data-testid="hullo-tone-blocked">${icons.speakerOff} ${text(lang, 'sound.blocked')}</button>`;
}

/** Whether somebody waits for an answer of this person, beside what runs. */
export function asksIn({ waiting, call, me, state }: Scene): boolean {
  return waiting !== undefined || (state === 'in_call' && call.switch !== undefined && call.switch.by !== me);
}

function renderSheet(scene: Scene, where: string): TemplateResult | typeof nothing {
  switch (scene.sheet) {
    case 'devices':
      return html`<hullo-devices exportparts="sheet" class=${where} .scene=${scene}></hullo-devices>`;
    case 'invite':
      return html`<hullo-invite exportparts="sheet" class="side ${where}" .scene=${scene}></hullo-invite>`;
    case 'members':
      return html`<hullo-members exportparts="sheet" class="side ${where}" .scene=${scene}></hullo-members>`;
    case 'leave':
      return html`<hullo-leave class=${where} .scene=${scene}></hullo-leave>`;
    case undefined:
      return nothing;
  }
}

/** A notice that leaves the page free. */
export function renderPill(notice: Notice, lang: Language): TemplateResult {
  const { remote, people } = notice;
  const face = remote
    ? html`<hullo-avatar .person=${remote}></hullo-avatar>`
    : html`<span class="sign">${icons.warning}</span>`;
  return html`<div class="pill" part="notice" role="status" dir=${directionIn(lang)} data-testid="hullo-notice">
    ${people && people.length > 1 ? html`<hullo-faces ${inlineStyle({ '--ring': 'var(--_raised)' })} .people=${people} .most=${2}></hullo-faces>` : face}
    <div><strong>${notice.title}</strong>${notice.detail ? html`<span>${notice.detail}</span>` : nothing}</div>
  </div>`;
}

export interface Offer {
  readonly call: Call;
  readonly me: string | undefined;
  readonly directory: Directory | undefined;
  readonly lang: Language;
  /** It was pressed, and the call is on its way here. */
  readonly busy: boolean;
  dispatchIntent(intent: Intent): void;
}

/** A call runs on another device of this person: it can be continued here. */
export function renderOffer({ call, me, directory, lang, busy, dispatchIntent }: Offer): TemplateResult {
  const people = othersIn(call, me).map((accid) => personOf(accid, directory));
  return html`<div class="pill offer" part="notice" role="region" dir=${directionIn(lang)} aria-label=${text(lang, 'elsewhere.continue')} data-testid="elsewhere-banner">
    <span class="sign">${icons.otherDevice}</span>
    <p>${text(lang, 'elsewhere.title', { names: nameAll(people, lang) })}</p>
    <button type="button" data-testid="continue-here" ?disabled=${busy} @click=${() => dispatchIntent({ type: 'continueHere', callId: call.callId })}>
      ${text(lang, 'elsewhere.continue')}
    </button>
  </div>`;
}
