// The people of the gallery: how they are called in either language, and how they look.
import type { Directory } from '../src/people.ts';
import type { BuiltInLanguage } from '../src/texts.ts';

const people: readonly (readonly [accid: string, en: string, zh: string])[] = [
  ['alice', 'Alice', '爱丽丝'],
  ['bob', 'Bob', '王小明'],
  ['carol', 'Carol Nguyen', '陈静'],
  ['dave', 'Dave', '李大伟'],
  ['erin', 'Erin Walsh', '林艾琳'],
  ['frank', 'Frank', '方凯'],
  ['grace', 'Grace Okafor', '郭雅'],
  ['heidi', 'Heidi', '海蒂'],
  ['ivan', 'Ivan Petrov', '伊万'],
  ['judy', 'Judy', '朱迪'],
  ['kenji', 'Kenji Sato', '佐藤健'],
  ['lena', 'Lena', '莲娜'],
  ['mallory', 'Mallory Quinn', '马乐'],
  ['nia', 'Nia', '倪雅'],
  ['oscar', 'Oscar Lind', '欧阳'],
  ['peggy', 'Peggy', '裴佩'],
  ['quentin', 'Quentin', '秦天'],
  ['rupert', 'Rupert', '鲁坤'],
  ['sybil', 'Sybil', '苏比'],
  ['trent', 'Trent', '唐伦'],
  ['uma', 'Uma', '乌玛'],
  ['victor', 'Victor', '魏克'],
  ['wendy', 'Wendy', '文迪'],
];

/** Everyone, the person whose screen it is first. */
export const everyone: readonly string[] = people.map(([accid]) => accid);

export function directoryIn(lang: BuiltInLanguage): Directory {
  return Object.fromEntries(people.map(([accid, en, zh]) => [accid, { name: lang === 'zh' ? zh : en }]));
}

/** How someone's picture looks. */
export interface Sitter {
  readonly wall: readonly [string, string];
  readonly light: string;
  readonly skin: string;
  readonly hair: string;
  readonly shirt: string;
  readonly longHair: boolean;
}

const WALLS: readonly Sitter['wall'][] = [
  ['#c9b8a6', '#8d7a6b'],
  ['#6f8fb0', '#2c4560'],
  ['#8aa58d', '#3d5a48'],
  ['#b79aa8', '#6c4c60'],
  ['#d2c08f', '#8f7741'],
  ['#8f93b8', '#444a78'],
  ['#a9b7bd', '#56666e'],
];
const SKINS = ['#e9b999', '#c98f68', '#8d5a3c', '#f0cdb0', '#a8714b', '#d9a27c'];
const HAIRS = ['#3d241a', '#1d1613', '#6b4a2c', '#a9763f', '#2a2a30', '#8a8580'];
const SHIRTS = ['#2f6f73', '#d9d4c8', '#7a3f52', '#3c5488', '#c58a3a', '#4c4a5c', '#5f7d4f', '#b65a4a'];

function pick<T>(from: readonly T[], index: number, fallback: T): T {
  return from[index % from.length] ?? fallback;
}

/** How someone looks; the same at every call. */
export function sitterOf(accid: string): Sitter | undefined {
  const index = everyone.indexOf(accid);
  if (index < 0) return;
  return {
    wall: pick(WALLS, index, ['#c9b8a6', '#8d7a6b']),
    light: index % 2 ? '#ffd9a0' : '#fff1d6',
    skin: pick(SKINS, index, '#e9b999'),
    hair: pick(HAIRS, index, '#3d241a'),
    shirt: pick(SHIRTS, index, '#2f6f73'),
    longHair: index % 2 === 0,
  };
}
