// What the call surface is called, for screen readers and outside the page: the words that are not on the screen.
import type { CallAlert } from '../attention.ts';
import { incomingKeyOf } from '../describe.ts';
import { nameAll } from '../group/naming.ts';
import type { Person } from '../people.ts';
import type { Scene } from '../scene.ts';
import { text } from '../texts.ts';

/** The name of the surface: who calls whom. */
export function labelOf(scene: Scene): string {
  const { call, lang, remote, group, others } = scene;
  const names = nameAll(others, lang);
  if (scene.state === 'calling')
    return group
      ? text(lang, 'outgoing.group', { names })
      : text(lang, 'outgoing.screen', { name: remote.name });
  if (scene.state === 'called') return text(lang, 'incoming.screen', { name: remote.name });
  if (group) return others.length > 0 ? text(lang, 'incall.group', { names }) : text(lang, 'incall.alone');
  return text(lang, call.media === 'video' ? 'incall.video' : 'incall.audio', { name: remote.name });
}

/** What a screen reader reads out whenever it changes. */
export function announcementOf(scene: Scene): string {
  const { call, lang, group, waiting } = scene;
  if (waiting) return text(lang, 'waiting.call', { name: waiting.inviter.name });
  if (scene.state === 'called')
    return `${labelOf(scene)}. ${text(lang, incomingKeyOf(group, call.media === 'video'))}`;
  if (scene.state === 'in_call' && !scene.connected) return text(lang, 'incall.connecting');
  const [sharer] = scene.sharers;
  return sharer ? `${labelOf(scene)}. ${text(lang, 'share.remote', { name: sharer.name })}` : labelOf(scene);
}

/** The alert while somebody calls; undefined while nobody does. */
export function alertOf(scene: Scene): CallAlert | undefined {
  const { call, group, lang, remote, waiting } = scene;
  const alert = (from: Person, of: typeof call, isGroup: boolean): CallAlert => ({
    title: text(lang, 'title.calling', { name: from.name }),
    body: text(lang, incomingKeyOf(isGroup, of.media === 'video')),
    tag: of.callId,
    icon: from.avatar,
  });
  if (waiting) return alert(waiting.inviter, waiting.call, waiting.call.kind === 'group');
  return scene.state === 'called' && !scene.answering ? alert(remote, call, group) : undefined;
}
