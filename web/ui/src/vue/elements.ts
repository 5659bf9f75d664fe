// Generated from custom-elements.json by manifest.mjs: `npm run manifest -w ui` renews it. Vue components of the elements.

import type * as Ui from '../index.ts';
import { elementComponent } from './element_component.ts';

/** The call surface: give it a client, and it appears when there is a call. */
export const HulloCall = elementComponent<
  Ui.HulloCall,
  'client' | 'directory' | 'contacts' | 'lang' | 'theme' | 'contained' | 'silent'
>('hullo-call', ['client', 'directory', 'contacts', 'lang', 'theme', 'contained', 'silent'], {});

/** What `HulloRecord` reports. */
export interface HulloRecordEvents {
  /** It was pressed: call again, as `detail` says. Bubbles. */
  onRedial?: ((event: CustomEvent<Ui.Redial>) => void) | undefined;
}

/** A call as a bubble in a conversation. The app puts it on the right when `direction` is outgoing. */
export const HulloRecord = elementComponent<
  Ui.HulloRecord,
  'summary' | 'me' | 'directory' | 'lang' | 'theme',
  HulloRecordEvents
>('hullo-record', ['summary', 'me', 'directory', 'lang', 'theme'], { redial: 'hullo-redial' });

/** A face. Decorative: the name stands beside it. */
export const HulloAvatar = elementComponent<Ui.HulloAvatar, 'person'>('hullo-avatar', ['person'], {});

/** Several faces that overlap. Decorative: the names stand beside them. */
export const HulloFaces = elementComponent<Ui.HulloFaces, 'people' | 'most' | 'count'>(
  'hullo-faces',
  ['people', 'most', 'count'],
  {},
);

declare module 'vue' {
  interface GlobalComponents {
    'hullo-call': typeof HulloCall;
    'hullo-record': typeof HulloRecord;
    'hullo-avatar': typeof HulloAvatar;
    'hullo-faces': typeof HulloFaces;
  }
}
