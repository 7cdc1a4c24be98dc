// Word between tabs and the worker: "something in the database has moved, read it again". It carries no data.

import { PRACTICE } from './practice';

export const MOVED = 'moved';
export const ANSWERED = 'answered';
export interface Word {
  type: typeof MOVED | typeof ANSWERED;
}

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(PRACTICE ? 'tidemark-practice' : 'tidemark');

export function post(word: Word): void {
  channel?.postMessage(word);
}

export function hear(listener: (word: Word) => void): void {
  channel?.addEventListener('message', (event) => listener(event.data as Word));
}
