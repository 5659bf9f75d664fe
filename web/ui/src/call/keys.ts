// The keys of a call that this device has dialled or is in: M mutes, V turns the camera. Escape is the surface's own.
import { type Intent, type Scene, toggleCamera, toggleMicrophone } from '../scene.ts';

/** What the key that was struck asks for in `scene`; undefined for any other key. */
export function intentOfKey(event: KeyboardEvent, scene: Scene): Intent | undefined {
  const modified = event.repeat || event.ctrlKey || event.metaKey || event.altKey;
  if (scene.state === 'called' || modified || isTyping(event)) return;
  const { local, call } = scene;
  switch (event.key.toLowerCase()) {
    case 'm':
      return scene.offers('microphone') ? toggleMicrophone(local) : undefined;
    case 'v':
      return call.media === 'video' && scene.offers('camera') ? toggleCamera(local) : undefined;
    default:
      return;
  }
}

/** Whether the key goes into a text. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=radio], [type=checkbox]), textarea, select'))
  );
}
