// The pages of the book as VitePress reads them. In the repository a page stands where it belongs and links from file to
// file, so that it reads there, too; here it stands where the book has it, with links from page to page.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { folders, front, listed } from './pages.mjs';

export const root = resolve(import.meta.dirname, '..');
const staged = join(import.meta.dirname, '.vitepress/pages');

/** Where the sources can be read; without it, a file that is no page of the book is named and not linked. */
const sources = process.env.HULLO_SOURCES;

/** Files as git sees them: tracked ones and new ones that are not ignored. */
export function filesOf(...patterns) {
  const listing = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', ...patterns];
  return execFileSync('git', listing, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);
}

const pages = new Set([front, ...listed, ...folders.flatMap((folder) => filesOf(`${folder}/*.md`))]);

/** Where a page stands in the book: `docs/call.md` is `call.md`, a README is the index of its folder. */
export function placeOf(file) {
  return file.replace(/^docs\//, '').replace(/(^|\/)README\.md$/, '$1index.md');
}

/** The address of a page in the book. */
export function addressOf(file) {
  return `/${placeOf(file).replace(/(index)?\.md$/, '')}`;
}

/** Puts every page, and each picture that it shows, where VitePress looks for them. */
export function stagePages() {
  rmSync(staged, { recursive: true, force: true });
  for (const page of pages) {
    const text = turnLinks(readFileSync(join(root, page), 'utf8'), page);
    const place = join(staged, placeOf(page));
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  cpSync(join(root, 'docs/images'), join(staged, 'public/images'), { recursive: true });
  cpSync(join(root, 'web/demo/public/hullo.svg'), join(staged, 'public/hullo.svg'));
}

/** Turns each link and picture of a page; what stands in code is left as it is. */
function turnLinks(text, page) {
  const code = /(^ *```[\s\S]*?^ *```|`[^`\n]*`)(?!\])/gm;
  const kept = [];
  const prose = text.replace(code, (match) => `\0${kept.push(match) - 1}\0`);
  const turned = prose.replace(
    /(!?)\[([^\]]*(?:\[[^\]]*\][^\]]*)*)\]\(([^)\s]+)\)/g,
    (all, picture, label, target) => {
      if (/^([a-z]+:|#)/.test(target)) return all;
      const address = picture ? `/${placeOf(fileOf(target, page))}` : linkTo(target, page);
      return address === undefined ? label : `${picture}[${label}](${address})`;
    },
  );
  return turned.replace(/\0(\d+)\0/g, (_, index) => kept[index]);
}

/** The file that a page means, from the root of the repository. */
function fileOf(target, page) {
  const file = relative(root, resolve(root, dirname(page), target));
  if (!existsSync(join(root, file))) throw new Error(`${page}: there is no ${target}`);
  return file;
}

function linkTo(target, page) {
  const [path, anchor] = target.split('#');
  const file = [fileOf(path, page), join(fileOf(path, page), 'README.md')].find((one) => pages.has(one));
  if (file) return anchor ? `${addressOf(file)}#${anchor}` : addressOf(file);
  return sources && `${sources}/${fileOf(path, page)}`;
}
