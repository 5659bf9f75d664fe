// How several people are named in one line: "Bob", "Bob and Carol", "Bob, Carol and 3 others".
import type { Person } from '../people.ts';
import { type Language, text } from '../texts.ts';

/** Names at most `most` of `people`, and counts the rest of all `count`. */
export function nameAll(
  people: readonly Person[],
  lang: Language,
  most = 2,
  count: number = people.length,
): string {
  const names = people.slice(0, most).map((person) => person.name);
  const rest = count - names.length;
  const comma = text(lang, 'names.comma');
  if (rest === 1) return text(lang, 'names.moreOne', { names: names.join(comma) });
  if (rest > 0) return text(lang, 'names.more', { names: names.join(comma), rest });
  const last = names.pop();
  if (last === undefined) return '';
  return names.length === 0 ? last : text(lang, 'names.two', { names: names.join(comma), last });
}
