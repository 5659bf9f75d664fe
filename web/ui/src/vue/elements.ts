// Generated from custom-elements.json by manifest.mjs: `npm run manifest -w ui` renews it. Vue components of the elements.

import type * as Ui from '../index.ts';
import { elementComponent } from './element_component.ts';

/** What `HulloCall` reports. */
export interface HulloCallEvents {
  /** The browser does not let the page sound, or lets it again. */
  onSoundBlocked?: ((event: CustomEvent<Ui.SoundChange>) => void) | undefined;

  /** The call was made small or large, its tile was moved, or it left the page or came back. */
  onLayout?: ((event: CustomEvent<Ui.LayoutChange>) => void) | undefined;
}

/** The call surface: give it a client, and it appears when there is a call. */
export const HulloCall = elementComponent<
  Ui.HulloCall,
  | 'client'
  | 'directory'
  | 'contacts'
  | 'pickPeople'
  | 'lang'
  | 'texts'
  | 'theme'
  | 'contained'
  | 'layout'
  | 'corner'
  | 'incoming'
  | 'modal'
  | 'controls'
  | 'silent'
  | 'tones',
  HulloCallEvents
>(
  'hullo-call',
  [
    'client',
    'directory',
    'contacts',
    'pickPeople',
    'lang',
    'texts',
    'theme',
    'contained',
    'layout',
    'corner',
    'incoming',
    'modal',
    'controls',
    'silent',
    'tones',
  ],
  { 'sound-blocked': 'hullo-sound-blocked', layout: 'hullo-layout' },
  ['contained', 'modal', 'silent'],
);

/** What `HulloRecents` reports. */
export interface HulloRecentsEvents {
  /** The number of missed calls has changed. Bubbles. */
  onMissed?: ((event: CustomEvent<Ui.MissedChange>) => void) | undefined;

  /** A call was pressed: call again, as `detail` says; `redial()` of a `<hullo-call>` does. Bubbles. */
  onRedial?: ((event: CustomEvent<Ui.Redial>) => void) | undefined;
}

/** The past calls of the signed-in account, newest first. It reads further back as it is scrolled, shows what is new by itself,
 * and marks missed calls as read once the person has them before their eyes. */
export const HulloRecents = elementComponent<
  Ui.HulloRecents,
  'client' | 'directory' | 'keepUnread' | 'lang' | 'texts' | 'theme',
  HulloRecentsEvents
>(
  'hullo-recents',
  ['client', 'directory', 'keepUnread', 'lang', 'texts', 'theme'],
  { missed: 'hullo-missed', redial: 'hullo-redial' },
  ['keepUnread'],
);

/** What `HulloRecord` reports. */
export interface HulloRecordEvents {
  /** It was pressed: call again, as `detail` says. Bubbles. */
  onRedial?: ((event: CustomEvent<Ui.Redial>) => void) | undefined;
}

/** A call as a bubble in a conversation. The app puts it on the right when `direction` is outgoing. */
export const HulloRecord = elementComponent<
  Ui.HulloRecord,
  'summary' | 'me' | 'directory' | 'lang' | 'texts' | 'theme',
  HulloRecordEvents
>('hullo-record', ['summary', 'me', 'directory', 'lang', 'texts', 'theme'], { redial: 'hullo-redial' }, []);

/** A face. Decorative: the name stands beside it. */
export const HulloAvatar = elementComponent<Ui.HulloAvatar, 'person'>('hullo-avatar', ['person'], {}, []);

/** Several faces that overlap. Decorative: the names stand beside them. */
export const HulloFaces = elementComponent<Ui.HulloFaces, 'people' | 'most' | 'count'>(
  'hullo-faces',
  ['people', 'most', 'count'],
  {},
  [],
);

declare module 'vue' {
  interface GlobalComponents {
    'hullo-call': typeof HulloCall;
    'hullo-recents': typeof HulloRecents;
    'hullo-record': typeof HulloRecord;
    'hullo-avatar': typeof HulloAvatar;
    'hullo-faces': typeof HulloFaces;
  }
}
