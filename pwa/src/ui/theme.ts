// How the app looks on this tablet: light or dark, and how large the text is. It holds nothing of anybody, so localStorage
// may keep it.

export type Theme = 'auto' | 'light' | 'dark' | 'night';
export type TextSize = 'usual' | 'large' | 'largest';
const THEME = 'tidemark-theme';
const TEXT = 'tidemark-text';
/** Waking hours of a home (sync/thresholds.py, hydration.wakes_at and sleeps_at); outside them it is night. */
const WAKES_H = 7;
const SLEEPS_H = 21;

export function theme(): Theme {
  const kept = localStorage.getItem(THEME);
  return kept === 'light' || kept === 'dark' || kept === 'night' ? kept : 'auto';
}

export function textSize(): TextSize {
  const kept = localStorage.getItem(TEXT);
  return kept === 'large' || kept === 'largest' ? kept : 'usual';
}

export function setTheme(wish: Theme): void {
  localStorage.setItem(THEME, wish);
  applyLook();
}

export function setTextSize(wish: TextSize): void {
  localStorage.setItem(TEXT, wish);
  applyLook();
}

function applyLook(): void {
  const wish = theme();
  const hour = new Date().getHours();
  const night = wish === 'night' && (hour < WAKES_H || hour >= SLEEPS_H);
  const dark = wish === 'dark' || night || (wish === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  const { dataset } = document.documentElement;
  dataset['theme'] = dark ? 'dark' : 'light';
  dataset['text'] = textSize();
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', dark ? '#0d1b1d' : '#0b4f55');
}

export function watchLook(): void {
  applyLook();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyLook);
  setInterval(applyLook, 60_000);
}
