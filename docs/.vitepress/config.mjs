// How VitePress makes the book of the pages that ../book.mjs has put into `pages/`.
import { defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { addressOf } from '../book.mjs';
import { parts } from '../pages.mjs';
import { slugOf } from '../slug.mjs';

const itemsOf = (pages) => pages.map(([text, file]) => ({ text, link: addressOf(file) }));

const sidebar = parts.map(({ title, groups }) => ({
  text: title,
  items: groups.map(({ title, pages }) => ({ text: title, collapsed: false, items: itemsOf(pages) })),
}));

export default defineConfig({
  title: 'Hullo',
  description: 'Calls that ring, on your own server.',
  srcDir: '.vitepress/pages',
  // A book that is not at the root of its host says where it is, such as `/docs/`.
  base: process.env.HULLO_DOCS_BASE ?? '/',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.HULLO_DOCS_BASE ?? '/'}hullo.svg` }],
  ],
  // The quick start's own pages.
  ignoreDeadLinks: 'localhostLinks',
  markdown: { anchor: { slugify: slugOf } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: parts.map(({ title, groups }) => ({ text: title, link: addressOf(groups[0].pages[0][1]) })),
    sidebar,
  },
  vite: { plugins: [llmstxt({ sidebar })] },
});
