// Our own shapes. Each stands beside a word and is hidden from those who hear the page.

import type { JSX } from 'preact';
import type { RowState } from '../view';

function Shape({ children, size = 20 }: { children: JSX.Element | JSX.Element[]; size?: number }) {
  return (
    <svg class="tm-icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const line = { fill: 'none', stroke: 'currentColor', 'stroke-width': 2.5, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' } as const;

export const Mark = () => (
  <svg class="tm-mark" width="28" height="28" viewBox="0 0 512 512" aria-hidden="true" focusable="false">
    <path d="M256 64c46 62 86 108 86 156a86 86 0 0 1-172 0c0-48 40-94 86-156z" fill="currentColor" />
    <path class="tm-mark__high" d="M88 372c56 0 56-30 112-30s56 30 112 30 56-30 112-30" fill="none" stroke-width="36" stroke-linecap="round" />
    <path class="tm-mark__low" d="M88 446c56 0 56-30 112-30s56 30 112 30 56-30 112-30" fill="none" stroke-width="36" stroke-linecap="round" />
  </svg>
);
/** Hollow circle, tick, triangle: told apart without colour. */
export function StateIcon({ state }: { state: RowState }) {
  if (state === 'sent') return <Shape><path d="M4 12.5l5.5 5.5L20 6.5" {...line} /></Shape>;
  if (state === 'look') return <Shape><path d="M12 3.5l9.5 17h-19z" {...line} /><path d="M12 10v4.5M12 17.4v.1" {...line} /></Shape>;
  return <Shape><circle cx="12" cy="12" r="8" {...line} /></Shape>;
}
export const Drop = () => <Shape size={24}><path d="M12 3c4 5.4 7 8.900 7 12.500a7 7 0 0 1-14 0C5 11.900 8 8.400 12 3z" {...line} /></Shape>;
export const Again = () => <Shape size={24}><path d="M5 12a7.500 7.500 0 1 1 2.500 5.600M5 18v-5h5" {...line} /></Shape>;
export const Bell = () => <Shape size={24}><path d="M6 17V11a6 6 0 1 1 12 0v6l1.500 1.500h-15zM10 21h4" {...line} /></Shape>;
export const House = () => <Shape size={24}><path d="M4 11.500L12 4.500l8 7V20h-5.500v-5h-5v5H4z" {...line} /></Shape>;
export const People = () => <Shape size={24}><circle cx="9" cy="8" r="3.500" {...line} /><path d="M2.500 20c0-4 3-6.500 6.500-6.500s6.500 2.500 6.500 6.500M16 4.800a3.500 3.500 0 0 1 0 6.400M18 14c2.200.9 3.500 3 3.500 6" {...line} /></Shape>;
export const Ask = () => <Shape size={24}><circle cx="12" cy="12" r="9" {...line} /><path d="M9.500 9.500a2.600 2.600 0 1 1 3.600 2.400c-.8.4-1.100.9-1.100 1.800M12 16.800v.1" {...line} /></Shape>;
export const Stop = () => <Shape size={24}><path d="M8 2.500h8l5.500 5.500v8L16 21.500H8L2.500 16V8zM8 12h8" {...line} /></Shape>;
export const Cross = () => <Shape size={24}><path d="M6 6l12 12M18 6L6 18" {...line} /></Shape>;
export const Cup = () => <Shape size={24}><path d="M4.500 7h12v7.500a5 5 0 0 1-5 5h-2a5 5 0 0 1-5-5zM16.500 9h2a2.500 2.500 0 0 1 0 5.500h-2" {...line} /></Shape>;
export const Glass = () => <Shape size={24}><path d="M6 3.500h12l-1.500 17h-9zM6.700 10h10.600" {...line} /></Shape>;
