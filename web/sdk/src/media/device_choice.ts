// Which devices the person has chosen, kept for all pages of the origin.

/** What can be chosen. */
export type ChosenKind = 'microphone' | 'camera' | 'speaker';

// Storage may be forbidden (a sandboxed frame): then a choice lasts as long as the page.

/** The device chosen before, if any. */
export function loadDevice(kind: ChosenKind): string | undefined {
  try {
    return localStorage.getItem(`hullo:${kind}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a choice for the next page. */
export function saveDevice(kind: ChosenKind, deviceId: string): void {
  try {
    localStorage.setItem(`hullo:${kind}`, deviceId);
  } catch {}
}
