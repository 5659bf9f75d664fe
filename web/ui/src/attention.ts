// Draws attention to an incoming call outside the call surface: the title of the tab, and a notification when the page
// is hidden and may show one.

/** An incoming call, as the title of the tab and a notification say it. */
export interface CallAlert {
  /** "Alice is calling…" */
  readonly title: string;
  /** "Incoming video call" */
  readonly body: string;
  /** The same call never notifies twice. */
  readonly tag: string;
  readonly icon?: string | undefined;
}

const BEAT_MS = 1000;

/** Flashes the title while a call rings; restores exactly what was there. */
export class Attention {
  #title: string | undefined;
  /** The call that it flashes for, and its words. */
  #shown: string | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #notification: Notification | undefined;

  /** Starts; again with the same call and the same words does nothing. */
  start(alert: CallAlert): void {
    const shown = `${alert.tag} ${alert.title}`;
    if (shown === this.#shown) return;
    this.stop();
    this.#shown = shown;
    this.#title = document.title;
    let odd = false;
    const flash = (): void => {
      document.title = `${odd ? '🔔' : '📞'} ${alert.title}`;
      odd = !odd;
    };
    flash();
    this.#beat = setInterval(flash, BEAT_MS);
    this.#notification = notify(alert);
  }

  /** Stops; without a start it does nothing. */
  stop(): void {
    if (this.#beat === undefined) return;
    clearInterval(this.#beat);
    this.#beat = undefined;
    this.#shown = undefined;
    document.title = this.#title ?? '';
    this.#notification?.close();
    this.#notification = undefined;
  }
}

function notify(alert: CallAlert): Notification | undefined {
  if (!document.hidden || typeof Notification === 'undefined' || Notification.permission !== 'granted')
    return;
  try {
    const notification = new Notification(alert.title, {
      body: alert.body,
      tag: alert.tag,
      requireInteraction: true,
      ...(alert.icon ? { icon: alert.icon } : {}),
    });
    notification.onclick = () => {
      window.focus();
      notification.close();
    };
    return notification;
  } catch {
    // Chrome on Android has the constructor but refuses it outside a service worker: the ring must do.
    return undefined;
  }
}
