// Screens that few people open, fetched when they are: they lie beside the rest in the worker's cache, also offline.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component whose code comes when it is first shown; nothing is drawn until then. */
export function later<Props extends object>(fetched: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let kept: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [Screen, setScreen] = useState<ComponentType<Props> | null>(() => kept);
    useEffect(() => {
      if (!kept) void fetched().then((found) => setScreen(() => (kept = found))).catch(() => undefined);
    }, []);
    return Screen && <Screen {...props} />;
  };
}
