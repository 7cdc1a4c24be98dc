/// <reference types="node" />
import purge from '@fullhuman/postcss-purgecss';
import { defineConfig } from 'vite';
import { splitWords } from './scripts/split_words';

/** Smaller than the default minifier's by a twentieth, in two passes; names of fields stay, since they are the protocol's. */
export const terserOptions = { compress: { passes: 2, ecma: 2020 }, format: { comments: false } } as const;

// The app itself. The service worker is built after it (vite.worker.config.ts), because it lists what this build made.
export default defineConfig({
  base: '/app/',
  plugins: [splitWords()],
  // Calls of `h` are shorter than the automatic runtime's, and that runtime is one module less.
  esbuild: { jsx: 'transform', jsxFactory: '_h', jsxFragment: '_F', jsxInject: "import { h as _h, Fragment as _F } from 'preact'" },
  // The message file lies beside the Python that shares it; only the sections named in an import are bundled.
  json: { namedExports: true, stringify: false },
  server: { fs: { allow: ['..'] } },
  css: {
    preprocessorOptions: { scss: { loadPaths: ['node_modules'], quietDeps: true } },
    // nhsuk-frontend's rules for what no screen of ours uses stay out of the first load.
    postcss: { plugins: [purge({ content: ['index.html', 'src/**/*.tsx'], keyframes: true, dynamicAttributes: ['data-theme', 'data-text', 'tabindex'], safelist: [/^tm-/, /^nhsuk-button--(secondary|warning|reverse)$/] })] },
  },
  build: {
    target: 'es2022',
    minify: 'terser',
    terserOptions,
    // A strict policy allows neither inline scripts nor data: fonts; nothing is worth inlining.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
});
