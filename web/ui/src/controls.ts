// Which buttons a call offers: an app may leave some out. Those that answer or end a call are always there.

/** A button of a call that an app can leave out. */
export type ControlName =
  | 'microphone'
  | 'camera'
  /** From voice to video and back. */
  | 'switch'
  | 'devices'
  /** Shares a screen, where the browser can. */
  | 'share'
  | 'invite'
  /** Makes the call small, beside the app. */
  | 'small'
  | 'pictureInPicture';
