// Words as they travel: the names of all of them in one text, the words in another (scripts/split_words.ts packs them).

type Words = { [name: string]: string | string[] | Words };

/** `unpack('back,red{now,signs[2,}', 'Back|Now|Pale|Cold')` is `{ back: 'Back', red: { now: 'Now', signs: ['Pale', 'Cold'] } }`. */
export function unpack(names: string, texts: string): Words {
  const marks = names.split(/(?<=[,{}])/);
  const said = texts.split('|');
  let at = 0;
  let n = 0;
  const read = (): Words => {
    const words: Words = {};
    for (let mark; (mark = marks[at++]) && mark !== '}'; ) {
      const [name, many] = mark.slice(0, -1).split('[');
      words[name!] = mark.endsWith('{') ? read() : many ? said.slice(n, (n += +many)) : said[n++]!;
    }
    return words;
  };
  return read();
}
