// Who an account is, for display: name, avatar, initials and the colours of a face that has no picture.

import { type Call, foldAccid } from '@hullo/sdk';

/** What the app knows of an account. */
export interface PersonDetails {
  /** When absent, the name that the app's backend gave the account; without one, the accid. */
  name?: string | undefined;
  /** URL of a picture; when absent, the one that the app's backend gave the account; `null` for none. */
  avatar?: string | null | undefined;
}

/** Who the accounts are, as the app knows them: a record by accid in whatever case, or a function. */
export type Directory = Record<string, PersonDetails> | ((accid: string) => PersonDetails | undefined);

/** An account, ready to be shown. */
export interface Person {
  readonly accid: string;
  readonly name: string;
  readonly avatar?: string;
}

/** What the app knows, and for whom it does not know, what the calls say. */
export function directoryWith(
  directory: Directory | undefined,
  calls: readonly (Call | undefined)[],
): Directory {
  return (accid) => {
    const known = detailsOf(accid, directory);
    const everyone = calls.flatMap((call) => call?.participants ?? []);
    const told = everyone.find((participant) => isSameAccid(participant.accid, accid));
    const avatar = known?.avatar === undefined ? told?.avatar : known.avatar;
    return { name: known?.name?.trim() || told?.name, avatar };
  };
}

function detailsOf(accid: string, directory: Directory | undefined): PersonDetails | undefined {
  if (typeof directory === 'function') return directory(accid) ?? directory(foldAccid(accid));
  return directory && (directory[accid] ?? foldedOf(directory).get(foldAccid(accid)));
}

/** By folded accid, for each record that was looked into; an app that changes one gives a new one, as for any property. */
const folded = new WeakMap<object, ReadonlyMap<string, PersonDetails>>();

function foldedOf(directory: Record<string, PersonDetails>): ReadonlyMap<string, PersonDetails> {
  const known = folded.get(directory);
  if (known) return known;
  const map = new Map(Object.entries(directory).map(([accid, details]) => [foldAccid(accid), details]));
  folded.set(directory, map);
  return map;
}

/** Whether both are the same account, in whatever case they are written. */
export function isSameAccid(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && foldAccid(one) === foldAccid(other);
}

/** The account `accid`, with what `directory` has of it. */
export function personOf(accid: string, directory: Directory | undefined): Person {
  const details = detailsOf(accid, directory);
  const name = details?.name?.trim() || accid;
  return details?.avatar ? { accid, name, avatar: details.avatar } : { accid, name };
}

/** An account with what the server said of it, unless `directory` says otherwise. */
export function personShown(
  { accid, name, avatar }: PersonDetails & { readonly accid: string },
  directory: Directory | undefined,
): Person {
  const known = detailsOf(accid, directory);
  const picture = known?.avatar === undefined ? avatar : known.avatar;
  return personOf(accid, () => ({ name: known?.name?.trim() || name, avatar: picture }));
}

/** Everyone who can be picked: those of `contacts`, or else everyone in a directory that is a record. Sorted by name. */
export function contactsOf(
  directory: Directory | undefined,
  contacts: readonly string[] | undefined,
): Person[] {
  const accids = contacts ?? (typeof directory === 'object' ? Object.keys(directory) : []);
  const once = new Map(accids.map((accid) => [foldAccid(accid), accid]));
  const people = [...once.values()].map((accid) => personOf(accid, directory));
  return people.sort((a, b) => a.name.localeCompare(b.name));
}

/** Whether `person` is meant by what was typed: a part of the name or of the accid, in any case. */
export function matches({ accid, name }: Person, typed: string): boolean {
  const wanted = typed.trim().toLocaleLowerCase();
  return name.toLocaleLowerCase().includes(wanted) || accid.toLocaleLowerCase().includes(wanted);
}

const IDEOGRAPH = /\p{Script=Han}/u;

/** One or two letters for a face: "Alice Liddell" is AL, "王小明" is 小明. */
export function initialsOf(name: string): string {
  const letters = [...name.trim()];
  if (letters.length === 0) return '?';
  if (letters.every((letter) => IDEOGRAPH.test(letter))) return letters.slice(-2).join('');
  const words = name
    .trim()
    .split(/[\s._@-]+/)
    .filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : '';
  return (first + last).toUpperCase();
}

/** Light and deep end of a gradient; white letters are readable on both ends. */
export type Colours = readonly [light: string, deep: string];

const PALETTE: readonly Colours[] = [
  ['#7a6ff0', '#4a35c0'],
  ['#e8638f', '#b02a62'],
  ['#e57a4a', '#b8401c'],
  ['#1fa392', '#0b6b66'],
  ['#3f8fe8', '#1d55b0'],
  ['#a863e6', '#6c2aae'],
  ['#c98a1b', '#8f540b'],
  ['#45a05a', '#1f6b38'],
  ['#df5f7c', '#7d38b8'],
  ['#2f9fca', '#4045c4'],
];

/** The colours of an account: always the same for the same accid, in whatever case (by its FNV-1a hash). */
export function coloursOf(accid: string): Colours {
  let hash = 0x811c9dc5;
  for (const letter of foldAccid(accid))
    hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return PALETTE[hash % PALETTE.length] ?? ['#7a6ff0', '#4a35c0'];
}
