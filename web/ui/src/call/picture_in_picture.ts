// A call in a window of its own that stays above other programs: a document where the browser has that (Chromium), with
// buttons, and otherwise the picture alone, which the browser adds its buttons to.
import type { ReactiveController } from 'lit';
import type { CallClient } from '../client.ts';
import { endingIntent, type Intent, type Scene, toggleMicrophone } from '../scene.ts';
import type { CallHost } from './host.ts';
import '../window/small.ts';
import type { HulloSmall } from '../window/small.ts';

interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

declare global {
  interface Window {
    /** https://wicg.github.io/document-picture-in-picture/ */
    documentPictureInPicture?: DocumentPictureInPicture;
  }
}

/** How a call can leave the page. */
export type PictureInPictureKind = 'document' | 'video';

const SIZES = { video: { width: 360, height: 230 }, audio: { width: 360, height: 76 } };

/** What of the page a window of its own is given. */
export interface PictureInPictureSources {
  scene(): Scene | undefined;
  /** Carries out what is pressed in it. */
  run(intent: Intent): void;
  onKey(event: KeyboardEvent): void;
  /** Called when it has opened or closed. */
  changed(): void;
}

/** At most one window; it closes with the call. */
export class PictureInPicture implements ReactiveController {
  #window: Window | undefined;
  #small: HulloSmall | undefined;
  #video: HTMLVideoElement | undefined;

  constructor(
    private readonly host: CallHost,
    private readonly sources: PictureInPictureSources,
  ) {
    host.addController(this);
  }

  /** Where the call is beside the page, if it is. */
  get kind(): PictureInPictureKind | undefined {
    if (this.#window) return 'document';
    return this.#video ? 'video' : undefined;
  }

  hostUpdated(): void {
    const scene = this.sources.scene();
    if (!scene) this.close();
    else if (this.#small) this.#small.scene = scene;
  }

  hostDisconnected(): void {
    this.close();
  }

  /** Opens a window; works in a gesture. Rejects when the browser does not want to. */
  async openDocument(scene: Scene): Promise<void> {
    const pip = await window.documentPictureInPicture?.requestWindow(SIZES[scene.call.media]);
    if (!pip) return;
    this.#window = pip;
    pip.addEventListener('pagehide', () => this.#closed());
    pip.addEventListener('keydown', this.sources.onKey);
    this.#dress(pip.document);
    this.#fill(pip, scene);
    this.sources.changed();
  }

  /** Takes the picture alone out of the page; works in a gesture. Rejects when the browser does not want to. */
  async openVideo(video: HTMLVideoElement): Promise<void> {
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING)
      await new Promise((resolve) => video.addEventListener('loadedmetadata', resolve, { once: true }));
    // Our pictures keep the browser's own button away; this is ours.
    video.disablePictureInPicture = false;
    await video.requestPictureInPicture();
    this.#video = video;
    video.addEventListener('leavepictureinpicture', () => this.#closed(), { once: true });
    this.#offerButtons(true);
    this.sources.changed();
  }

  close(): void {
    this.#window?.close();
    if (this.#video && document.pictureInPictureElement) void document.exitPictureInPicture();
    this.#closed();
  }

  #closed(): void {
    if (!this.kind) return;
    if (this.#video) this.#offerButtons(false);
    this.#window = undefined;
    this.#small = undefined;
    this.#video = undefined;
    this.sources.changed();
  }

  /** The new document has no styles: it is given the app's colours and language. */
  #dress({ documentElement: root, body }: Document): void {
    const { host } = this;
    const style = getComputedStyle(host);
    root.lang = host.locale.tag;
    root.dir = host.locale.direction;
    const { theme } = host;
    root.style.colorScheme = theme === 'light' || theme === 'dark' ? theme : 'light dark';
    for (const name of OWN_PROPERTIES) {
      const value = style.getPropertyValue(name);
      if (value) root.style.setProperty(name, value);
    }
    body.style.margin = '0';
  }

  #fill(pip: Window, scene: Scene): void {
    const small = document.createElement('hullo-small');
    small.alone = true;
    small.scene = scene;
    small.addEventListener('hullo-intent', ({ detail }) => this.sources.run(detail));
    pip.document.body.append(small);
    this.#small = small;
  }

  /** The browser's own buttons on the picture. */
  #offerButtons(offered: boolean): void {
    const { mediaSession } = navigator;
    if (!mediaSession) return;
    const on = (action: string, intent: () => Intent | undefined): void => {
      const press = (): void => {
        const wanted = intent();
        if (wanted) this.sources.run(wanted);
      };
      try {
        mediaSession.setActionHandler(action as MediaSessionAction, offered ? press : null);
      } catch {
        // A button that this browser does not have.
      }
    };
    on('hangup', () => {
      const scene = this.sources.scene();
      return scene && endingIntent(scene);
    });
    on('togglemicrophone', () => {
      const local = this.sources.scene()?.local;
      return local && toggleMicrophone(local);
    });
  }
}

/** What an app can set, as `theme.ts` reads it. */
const OWN_PROPERTIES = [
  '--hullo-font',
  '--hullo-bg',
  '--hullo-raised',
  '--hullo-text',
  '--hullo-muted',
  '--hullo-line',
  '--hullo-hover',
  '--hullo-control',
  '--hullo-accent',
  '--hullo-on-accent',
  '--hullo-accept',
  '--hullo-danger',
];

/** How a call can leave this page in this browser; a call without pictures needs a document. */
export function kindFor(client: CallClient | undefined): PictureInPictureKind | undefined {
  if (client?.state !== 'in_call') return;
  if (window.documentPictureInPicture) return 'document';
  return client.current?.media === 'video' && document.pictureInPictureEnabled ? 'video' : undefined;
}
