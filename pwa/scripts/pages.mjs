// The second stylesheet: the server-rendered pages' (src/styles/pages.scss), compiled to dist/pages.css.
import { existsSync, writeFileSync } from 'node:fs';
import { compile } from 'sass';

const source = 'src/styles/pages.scss';
if (existsSync(source)) {
  const { css } = compile(source, { loadPaths: ['node_modules', 'src/styles'], style: 'compressed', quietDeps: true });
  writeFileSync('dist/pages.css', css);
}
