// @hullo/ui: the call screens of Hullo as custom elements. Importing it defines <hullo-call>, <hullo-recents>,
// <hullo-record> and their parts.
export { NOTICE_MS } from './call/notice_controller.ts';
export { HulloCall } from './call.ts';
export type { CallClient } from './client.ts';
export { formatDuration } from './clock.ts';
export type { ControlName } from './controls.ts';
export { describeRecord, type RecordDescription } from './describe.ts';
export { explainError } from './errors.ts';
export { type IconName, icons } from './icons.ts';
export type { Corner, Incoming, Layout, LayoutChange } from './layout.ts';
export { HulloAvatar } from './parts/avatar.ts';
export { HulloFaces } from './parts/faces.ts';
export {
  coloursOf,
  type Directory,
  initialsOf,
  type Person,
  type PersonDetails,
  personOf,
} from './people.ts';
export type { RecentsClient } from './recents/client.ts';
export { HulloRecents, type MissedChange } from './recents.ts';
export { HulloRecord } from './record.ts';
export type { Redial } from './redial.ts';
export type { OwnTones, SoundChange, Tone } from './sound/tones.ts';
export {
  type BuiltInLanguage,
  type Fillings,
  fill,
  type Language,
  type Locale,
  languageOf,
  languageOfPage,
  localeOf,
  type TextKey,
  type Texts,
  text,
  texts,
} from './texts.ts';
export { base, type Theme, tokens } from './theme.ts';
