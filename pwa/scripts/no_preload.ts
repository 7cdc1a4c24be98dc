// A part that is fetched later is one script: nothing beside it is to be fetched first, so what Vite brings for that stays out.

import type { Plugin } from 'vite';

export function noPreload(): Plugin {
  return {
    name: 'tidemark-no-preload',
    enforce: 'pre',
    load: (id) => (id.endsWith('vite/preload-helper.js') ? 'export const __vitePreload = (part) => part();' : null),
  };
}
