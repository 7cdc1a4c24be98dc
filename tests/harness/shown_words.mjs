// What a source file would show or say to a person in words of its own: `node shown_words.mjs <files>` prints [{file, line, text}].
//
// Read as TypeScript reads it, so every branch counts, also one that no test ever draws. Text between tags, and any literal among
// what a tag holds or in an attribute that is seen or heard, counts where it has a word. A literal anywhere else counts where it
// has two words beside each other: names of things have none.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const ts = createRequire(new URL('../../pwa/package.json', import.meta.url))('typescript');
const HEARD = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'title', 'placeholder', 'alt', 'label', 'legend', 'hint', 'error', 'big', 'small', 'heading']);
const SAYS = new Set(['announce', 'setProblem', 'setProblems', 'alert', 'confirm', 'prompt', 'fill', 'plural']);
const ASKS = /(?:^|\.)(?:matchMedia|querySelector|querySelectorAll|closest|matches|postMessage)$/;
const EQUALS = new Set([ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken, ts.SyntaxKind.InKeyword]);
const WORD = /\p{L}{2,}/u, WORDS = /\p{L}{2,}[,.:;]? \p{L}{2,}/u;
// A product's own name is not a word to translate; the other is a flag of the protocol (sync/flags.py).
const NAMES = new Set(['Tidemark', 'decides nothing']);

/** What must be found in a literal for it to count, or null where it is for no person. */
function counts(node) {
  if (ts.isJsxText(node)) return WORD;
  for (let inner = node, up = node.parent; up; inner = up, up = up.parent) {
    if (ts.isImportDeclaration(up) || ts.isExportDeclaration(up) || ts.isTypeNode(up) || ts.isNewExpression(up) || ts.isCaseClause(up) || ts.isTaggedTemplateExpression(up)) return null;
    if (ts.isBinaryExpression(up) && EQUALS.has(up.operatorToken.kind)) return null;
    if (ts.isElementAccessExpression(up) && up.argumentExpression === inner) return null;
    if (ts.isPropertyAssignment(up) && up.name === inner) return null;
    // What decides is not what is shown.
    if (ts.isConditionalExpression(up) && up.condition === inner) return null;
    if (ts.isJsxAttribute(up)) return HEARD.has(up.name.getText()) ? WORD : null;
    if (ts.isJsxSpreadAttribute(up) || (ts.isCallExpression(up) && ASKS.test(up.expression.getText()))) return null;
    if (ts.isCallExpression(up)) return SAYS.has(up.expression.getText()) ? WORD : WORDS;
    if (ts.isJsxElement(up) || ts.isJsxFragment(up)) return WORD;
    if (ts.isFunctionLike(up) && !ts.isArrowFunction(up)) return WORDS;
  }
  return WORDS;
}

const found = [];
for (const file of process.argv.slice(2)) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const visit = (node) => {
    if (ts.isJsxText(node) || ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      const text = node.text.trim(), wanted = WORD.test(text) && !NAMES.has(text) ? counts(node) : null;
      if (wanted?.test(text)) found.push({ file, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
process.stdout.write(JSON.stringify(found));
