// Ties <video> elements of a screen to the client, and unties them when the screen goes. The client plays the sound
// itself: these carry the picture only.
import { html, type ReactiveController, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import type { CallClient } from '../client.ts';
import type { CallElement } from '../scene/call_element.ts';

/** One `<video>` and the client it is attached to. */
abstract class View implements ReactiveController {
  readonly element = createRef<HTMLVideoElement>();
  #attached: { client: CallClient; video: HTMLVideoElement; key: string } | undefined;
  /** A picture has arrived. */
  hasPicture = false;

  constructor(protected readonly host: CallElement) {
    host.addController(this);
  }

  hostUpdated(): void {
    const client = this.host.scene?.client;
    const video = this.element.value;
    const key = this.key();
    if (client === this.#attached?.client && video === this.#attached?.video && key === this.#attached?.key)
      return;
    this.#detach();
    if (!client || !video || key === undefined) return;
    this.attach(client, key, video);
    this.#attached = { client, video, key };
  }

  /** Moved within the page: the host renders again, and so the view is attached again. */
  hostConnected(): void {
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#detach();
  }

  #detach(): void {
    if (!this.#attached) return;
    const { client, video } = this.#attached;
    client.detachView(video);
    this.#attached = undefined;
    this.hasPicture = false;
  }

  /** The `<video>` element. */
  render(testId: string): TemplateResult {
    return html`<video ${ref(this.element)} class=${this.className()} data-testid=${testId} autoplay playsinline
      .muted=${true} disablepictureinpicture @resize=${this.#seen} @loadeddata=${this.#seen} @emptied=${this.#seen}></video>`;
  }

  #seen = (): void => {
    this.hasPicture = (this.element.value?.videoWidth ?? 0) > 0;
    this.host.requestUpdate();
  };

  protected abstract key(): string | undefined;
  protected abstract attach(client: CallClient, key: string, video: HTMLVideoElement): void;
  protected abstract className(): string;
}

/** The local camera: mirrored, unless it looks away from the person. */
export class LocalView extends View {
  protected override key(): string {
    return 'local';
  }

  protected override attach(client: CallClient, _key: string, video: HTMLVideoElement): void {
    client.attachLocalView(video);
  }

  protected override className(): string {
    const stream = this.element.value?.srcObject;
    const track = stream instanceof MediaStream ? stream.getVideoTracks()[0] : undefined;
    return track?.getSettings().facingMode === 'environment' ? '' : 'mirrored';
  }
}

/** Somebody else's camera: that of `whose()`, by default the other side of a one-to-one call. */
export class RemoteView extends View {
  constructor(
    host: CallElement,
    private readonly whose: () => string | undefined = () => host.scene?.remote.accid,
  ) {
    super(host);
  }

  protected override key(): string | undefined {
    return this.whose();
  }

  protected override attach(client: CallClient, key: string, video: HTMLVideoElement): void {
    client.attachRemoteView(key, video);
  }

  protected override className(): string {
    return '';
  }
}

/** The screen that `whose()` shares. */
export class ScreenView extends View {
  constructor(
    host: CallElement,
    private readonly whose: () => string | undefined,
  ) {
    super(host);
  }

  protected override key(): string | undefined {
    return this.whose();
  }

  protected override attach(client: CallClient, key: string, video: HTMLVideoElement): void {
    client.attachScreenView(key, video);
  }

  protected override className(): string {
    return 'screen';
  }
}
