// The surface where it leaves the app free, and the corner of a full screen from which it can be made to.
import { html, nothing, type TemplateResult } from 'lit';
import { PARTS } from '../css_parts.ts';
import { type IconName, icons } from '../icons.ts';
import type { Corner, ScreenName } from '../layout.ts';
import { cameraIsOn, type Intent, type Scene } from '../scene.ts';
import { text } from '../texts.ts';
import { asksIn, renderBlocked, renderToast } from './overlays.ts';
import '../window/incoming_banner.ts';
import '../window/small.ts';

/** A call beside the app, and whatever asks for an answer; `own` is what the app has in its place. */
export function renderSmall(
  scene: Scene,
  corner: Corner,
  toast: string | undefined,
  own: TemplateResult | undefined,
): TemplateResult {
  return html`<div class="stack">
    ${scene.waiting ? html`<hullo-waiting .scene=${scene}></hullo-waiting>` : nothing}
    ${asksIn(scene) ? html`<hullo-consent .scene=${scene}></hullo-consent>` : nothing}
    ${renderToast(toast)}
    ${own ?? html`<hullo-small exportparts=${PARTS} .scene=${scene} .corner=${corner}></hullo-small>`}
  </div>`;
}

/** Someone calls, over the app. */
export function renderBanner(
  scene: Scene,
  toast: string | undefined,
  soundBlocked: boolean,
  own: TemplateResult | undefined,
): TemplateResult {
  return html`<div class="stack">
    ${own ?? html`<hullo-incoming-banner exportparts=${PARTS} .scene=${scene}><slot name="incoming-actions" slot="incoming-actions"></slot></hullo-incoming-banner>`}
    ${soundBlocked ? renderBlocked(scene) : nothing} ${renderToast(toast)}
  </div>`;
}

/** In the first corner of a full screen: what makes the call small, or the app's logo where there is a face. */
export function renderCorner(
  scene: Scene | undefined,
  screen: ScreenName | undefined,
  shrinks: boolean,
): TemplateResult {
  const framed = screen === 'video' || screen === 'group';
  const dials = screen === 'outgoing' && scene !== undefined && cameraIsOn(scene.local);
  const filmed = scene !== undefined && isFilmed(scene) && (framed || dials);
  return html`<div class="corner ${filmed ? 'video' : ''}">
      ${scene && shrinks && scene.state !== 'called' ? renderButtons(scene) : nothing}
    </div>
    ${framed ? nothing : html`<div class="logo"><slot name="logo"></slot></div>`}`;
}

/** There are pictures behind it. */
function isFilmed({ call, sharers }: Scene): boolean {
  return call.media === 'video' || sharers.length > 0;
}

function renderButtons(scene: Scene): TemplateResult {
  const button = (
    icon: IconName,
    key: 'small.make' | 'small.pictureInPicture',
    testId: string,
    intent: Intent,
  ) => {
    const label = text(scene.lang, key);
    return html`<button type="button" class=${icon} aria-label=${label} title=${label} data-testid=${testId} @click=${(event: Event) => dispatch(event, intent)}>${icons[icon]}</button>`;
  };
  return html`${scene.offers('small') ? button('shrink', 'small.make', 'hullo-shrink', { type: 'layout', layout: 'small' }) : nothing}
  ${
    scene.canPictureInPicture && scene.offers('pictureInPicture')
      ? button('pictureInPicture', 'small.pictureInPicture', 'hullo-picture-in-picture', {
          type: 'pictureInPicture',
          open: true,
        })
      : nothing
  }`;
}

/** To the surface, which the button is directly in. */
function dispatch({ currentTarget }: Event, detail: Intent): void {
  currentTarget?.dispatchEvent(new CustomEvent('hullo-intent', { detail, bubbles: true, composed: true }));
}
