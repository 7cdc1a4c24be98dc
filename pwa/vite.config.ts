/// <reference types="node" />
import purge from '@fullhuman/postcss-purgecss';
import { defineConfig } from 'vite';
import { noOldBrowsers } from './scripts/no_old_browsers';
import { noPreload } from './scripts/no_preload';
import { splitWords } from './scripts/split_words';
import { WORKER, workerKeeps } from './scripts/worker_keeps';

// The app and its service worker, which share what reads the tablet's database and sends: a worker is a module here, as every
// browser that has security updates allows.
export default defineConfig({
  base: '/app/',
  plugins: [noPreload(), splitWords(), workerKeeps()],
  // Calls of `h` are shorter than the automatic runtime's, and that runtime is one module less.
  esbuild: { jsx: 'transform', jsxFactory: '_h', jsxFragment: '_F', jsxInject: "import { h as _h, Fragment as _F } from 'preact'" },
  // The message file lies beside the Python that shares it; only the sections named in an import are bundled.
  json: { namedExports: true, stringify: false },
  server: { fs: { allow: ['..'] } },
  css: {
    preprocessorOptions: { scss: { loadPaths: ['node_modules'], quietDeps: true } },
    // nhsuk-frontend's rules for what no screen of ours uses stay out of the first load.
    postcss: { plugins: [noOldBrowsers(), purge({ content: ['index.html', 'src/**/*.tsx'], keyframes: true, dynamicAttributes: ['data-theme', 'data-text', 'data-practice', 'tabindex'], safelist: [/^tm-/, /^nhsuk-button--(secondary|warning)$/] })] },
  },
  build: {
    target: 'es2022',
    minify: 'terser',
    // Smaller than the default minifier's by a twentieth, in three passes; names of fields stay, since they are the protocol's.
    terserOptions: { safari10: false, compress: { passes: 3, ecma: 2020, keep_fargs: false, pure_getters: true, unsafe_arrows: true, inline: 1, lhs_constants: false, loops: false, hoist_vars: true }, format: { comments: false, quote_style: 2 } },
    rollupOptions: {
      input: { index: 'index.html', worker: 'src/sw/sw.ts' },
      output: { entryFileNames: ({ name }) => (name === 'worker' ? WORKER : 'assets/[name]-[hash].js') },
    },
    // A strict policy allows neither inline scripts nor data: fonts; nothing is worth inlining.
    assetsInlineLimit: 0,
    // One stylesheet: what would fetch a second one beside its script weighs more than its rules do.
    cssCodeSplit: false,
    modulePreload: false,
    sourcemap: false,
  },
});
