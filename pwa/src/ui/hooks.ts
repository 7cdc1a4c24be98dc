// Drawing again when something is told, or when time has passed.

import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import { listen } from '../state';
import { words } from '../words';
import { announce, DOUBLE_TAP_MS } from './parts';

type Topic = Parameters<typeof listen>[0];

/** Draws again whenever a topic is told; returns how often that was, for what is worth keeping in between. */
export function useTopics(...topics: Topic[]): number {
  const [times, again] = useReducer((n: number) => n + 1, 0);
  // Listens from the moment it is drawn: what is told between that and a later effect would be heard by nobody.
  useLayoutEffect(() => {
    const stops = topics.map((topic) => listen(topic, () => again(undefined)));
    return () => stops.forEach((stop) => stop());
  }, [topics.join()]);
  return times;
}

/** The time, told anew every `every_ms`. */
export function useNow(every_ms: number): number {
  const [now, setNow] = useState(Date.now);
  useLayoutEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}

/**
 * Runs once for a tap: the second identical one within 600 ms is the same finger, unless `news` (what went wrong) is new since.
 * That it was not taken is said; `twice` is told of it, to ask whether another one was meant.
 */
export function useOnce(news?: unknown): (key: string, act: () => void, twice?: () => void) => void {
  const last = useRef({ key: '', at: 0, news });
  return (key, act, twice) => {
    const now = performance.now();
    if (last.current.key === key && last.current.news === news && now - last.current.at < DOUBLE_TAP_MS) {
      announce(words.tapped_twice);
      return twice?.();
    }
    last.current = { key, at: now, news };
    act();
  };
}
