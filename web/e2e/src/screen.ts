// Screens that people at the demo page share and watch, by the client alone: whatever the page draws of it.
import type { LocalDevice } from '@hullo/sdk';
import { type Person, pixelsOf } from './browser.ts';
import { eventually } from './eventually.ts';
import { screenFramesFrom } from './reception.ts';

/**
 * Shares the screen that Chromium makes up for tests, in a size that a small machine encodes for several pages. As if the person
 * had clicked: a page that is asked by DevTools acts in a gesture.
 */
export async function share(person: Person): Promise<void> {
  await person.page.evaluate(async () => {
    const media = navigator.mediaDevices;
    const real = MediaDevices.prototype.getDisplayMedia.bind(media);
    media.getDisplayMedia = (options) => real({ ...options, video: { width: { max: 480 }, frameRate: 10 } });
    await window.hullo.shareScreen(true);
  });
}

/** Shares it no more. */
export function stopSharing(person: Person): Promise<void> {
  return person.page.evaluate(() => window.hullo.shareScreen(false));
}

/** What the person's own screen does. */
export function ownScreen(person: Person): Promise<LocalDevice> {
  return person.page.evaluate(() => window.hullo.local.screen);
}

/** Whose screens are shared in the person's call. */
export function sharers(person: Person): Promise<string[]> {
  return person.page.evaluate(() => {
    const sharing = window.hullo.current?.participants.filter(({ screen }) => screen) ?? [];
    return sharing.map(({ accid }) => accid);
  });
}

/** Everyone agrees that these share. */
export async function allSee(people: readonly Person[], expected: readonly string[]): Promise<void> {
  for (const person of people) {
    await eventually(`${person.accid} knows that ${expected} share`, async () => {
      return (await sharers(person)).join() === expected.join();
    });
  }
}

/** Puts a view of an account's screen on the person's page. */
export async function attachScreen(person: Person, accid: string): Promise<void> {
  await person.page.evaluate((of) => {
    const video = document.createElement('video');
    video.dataset.testid = `own-view-of-${of}`;
    document.body.append(video);
    window.hullo.attachScreenView(of, video);
  }, accid);
}

/** The view has colour, and another picture than a moment ago: what Chromium makes up moves. */
export async function watches(person: Person, accid: string): Promise<void> {
  const view = person.part(`own-view-of-${accid}`);
  const first = await eventually(`${person.accid} has a picture of ${accid}'s screen`, async () => {
    const picture = await view.evaluate(pixelsOf);
    return picture.spread > 40 && picture;
  });
  await eventually(`${person.accid} has a moving picture of ${accid}'s screen`, async () => {
    const { sum, spread } = await view.evaluate(pixelsOf);
    return spread > 40 && sum !== first.sum;
  });
}

/** Nothing of the account's screen is shown any more. */
export async function watchesNothing(person: Person, accid: string): Promise<void> {
  await eventually(`${person.accid} is shown nothing of ${accid}'s screen`, () =>
    person
      .part(`own-view-of-${accid}`)
      .evaluate((view) => view instanceof HTMLVideoElement && !view.srcObject),
  );
}

/** More pictures of the account's screen arrive than a moment ago, whatever is on them. */
export async function seesScreenOf(person: Person, accid: string): Promise<void> {
  const before = await person.page.evaluate(screenFramesFrom, accid);
  await eventually(`${person.accid} sees the screen of ${accid}`, async () => {
    return (await person.page.evaluate(screenFramesFrom, accid)) > before + 5;
  });
}
