// Accids are equal in whatever case they are written; they come back from the server as the app's backend created them.

/** The form by which accids are compared: as the server folds them, which is ASCII only. */
export function fold(accid: string): string {
  return accid.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
