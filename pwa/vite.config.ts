/// <reference types="node" />
import { defineConfig } from 'vite';

// The app itself. The service worker is built after it (vite.worker.config.ts), because it lists what this build made.
export default defineConfig({
  base: '/app/',
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  // The message file lies beside the Python that shares it; only the sections named in an import are bundled.
  json: { namedExports: true, stringify: false },
  server: { fs: { allow: ['..'] } },
  css: { preprocessorOptions: { scss: { loadPaths: ['node_modules'], quietDeps: true } } },
  build: {
    target: 'es2022',
    // A strict policy allows neither inline scripts nor data: fonts; nothing is worth inlining.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
});
