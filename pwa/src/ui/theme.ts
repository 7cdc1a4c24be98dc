// How the app looks on this tablet: light or dark, and how large the text is. It holds nothing of anybody, so localStorage
// may keep it. Nobody has to choose: on a night shift it is dark by itself, so that it wakes nobody.

import { shiftOf } from '../shifts';
import { correctedNow, zone } from '../view';

export type Theme = 'night' | 'auto' | 'light' | 'dark';
export type TextSize = 'usual' | 'large' | 'largest';
const THEME = 'tidemark-theme';
const TEXT = 'tidemark-text';

export function theme(): Theme {
  const kept = localStorage.getItem(THEME);
  return kept === 'light' || kept === 'dark' || kept === 'auto' ? kept : 'night';
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
  const night = wish === 'night' && shiftOf(correctedNow(), zone()).endsWith('night');
  const dark = wish === 'dark' || night || (wish !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
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
