// Generated from custom-elements.json by manifest.mjs: `npm run manifest -w ui` renews it. React components of the elements.

import * as Ui from '../index.ts';
import { type ElementTag, elementComponent } from './element_component.ts';

/** The call surface: give it a client, and it appears when there is a call. */
export const HulloCall = elementComponent<
  Ui.HulloCall,
  'client' | 'directory' | 'contacts' | 'lang' | 'theme' | 'contained' | 'silent'
>('hullo-call', Ui.HulloCall, {});

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
>('hullo-record', Ui.HulloRecord, { onRedial: 'hullo-redial' });

/** A face. Decorative: the name stands beside it. */
export const HulloAvatar = elementComponent<Ui.HulloAvatar, 'person'>('hullo-avatar', Ui.HulloAvatar, {});

/** Several faces that overlap. Decorative: the names stand beside them. */
export const HulloFaces = elementComponent<Ui.HulloFaces, 'people' | 'most' | 'count'>(
  'hullo-faces',
  Ui.HulloFaces,
  {},
);

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'hullo-call': ElementTag<
        Ui.HulloCall,
        'client' | 'directory' | 'contacts' | 'lang' | 'theme' | 'contained' | 'silent'
      >;
      'hullo-record': ElementTag<Ui.HulloRecord, 'summary' | 'me' | 'directory' | 'lang' | 'theme'>;
      'hullo-avatar': ElementTag<Ui.HulloAvatar, 'person'>;
      'hullo-faces': ElementTag<Ui.HulloFaces, 'people' | 'most' | 'count'>;
    }
  }
}
