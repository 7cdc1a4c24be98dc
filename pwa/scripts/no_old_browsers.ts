// What nhsuk-frontend still says to browsers that cannot run the app (Internet Explorer, and Firefox and Safari of ten years ago)
// stays out of the stylesheet: by its prefixes, and beside the standard words that it stands in for.
import type { Plugin } from 'postcss';

const OLD = /^-(ms-|moz-osx-|moz-text-size-|webkit-(appearance|font-smoothing)$)/;

export function noOldBrowsers(): Plugin {
  return {
    postcssPlugin: 'no-old-browsers',
    Once(css) {
      css.walkDecls(OLD, (declaration) => void declaration.remove());
      css.walkRules(/-moz-focus-inner|:-ms-/, (rule) => void rule.remove());
      css.walkAtRules('media', (rule) => {
        rule.params = rule.params.replace(/,\s*\(-ms-high-contrast: ?active\)/g, '');
      });
    },
  };
}
