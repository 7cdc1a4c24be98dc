// Light or dark: the device's wish, or this tablet's own. It holds nothing of anybody, so localStorage may keep it.

export type Theme = 'auto' | 'light' | 'dark';
const KEY = 'tidemark-theme';

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function setTheme(wish: Theme): void {
  localStorage.setItem(KEY, wish);
  applyTheme();
}

export function applyTheme(): void {
  const wish = theme();
  const dark = wish === 'dark' || (wish === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#0d1b1d' : '#0b4f55');
}

export function watchTheme(): void {
  applyTheme();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme);
}
