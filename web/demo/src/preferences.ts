// What a person has chosen: who they are (for this tab), language and theme (for this browser).
import type { DemoLanguage } from './texts.ts';

/** `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

const ACCOUNT = 'hullo.demo.account';
const LANGUAGE = 'hullo.demo.language';
const THEME = 'hullo.demo.theme';

/** Who this tab is: named by `?as=`, or chosen before. */
export function chosenAccount(): string | undefined {
  return new URLSearchParams(location.search).get('as') ?? sessionStorage.getItem(ACCOUNT) ?? undefined;
}

/** Keeps who this tab is; undefined removes it, from the address as well. */
export function chooseAccount(accid: string | undefined): void {
  if (accid) sessionStorage.setItem(ACCOUNT, accid);
  else sessionStorage.removeItem(ACCOUNT);
  const address = new URL(location.href);
  if (!accid && address.searchParams.has('as')) {
    address.searchParams.delete('as');
    history.replaceState(null, '', address);
  }
}

/** The language chosen before, or that of the browser. */
export function chosenLanguage(): DemoLanguage {
  const stored = localStorage.getItem(LANGUAGE) ?? navigator.language;
  return stored.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function applyLanguage(lang: DemoLanguage, keep = true): void {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
  if (keep) localStorage.setItem(LANGUAGE, lang);
}

/** The theme chosen before; the system's if none was. */
export function chosenTheme(): Theme {
  const stored = localStorage.getItem(THEME);
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}

export function applyTheme(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'auto' ? 'light dark' : theme;
  localStorage.setItem(THEME, theme);
}
