import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A link of a page to something in the repository. */
export interface Link {
  /** As the page writes it. */
  readonly text: string;
  /** The file that it points to; the page itself for a link to one of its own headings. */
  readonly file: string;
  /** The heading that it points to. */
  readonly anchor: string | undefined;
}

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly content: string;
}

const FENCE = /^```(\w*)\n(.*?)^```$/gms;

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(FENCE)].map(([, language = '', content = '']) => ({
    language,
    content: content.trimEnd(),
  }));
}

/** The page's example, as the page shows it: its first `ts` block, and the first `text` block after it. */
export function exampleOf(page: string): { code: string | undefined; output: string | undefined } {
  const blocks = blocksOf(page);
  const start = blocks.findIndex(({ language }) => language === 'ts');
  const output = blocks.slice(start + 1).find(({ language }) => language === 'text');
  return { code: blocks[start]?.content, output: output?.content };
}

/** The page with the contents of the two blocks of its example replaced. */
export function withExample(page: string, code: string, output: string): string {
  const next: (readonly [language: string, content: string])[] = [
    ['ts', code],
    ['text', output],
  ];
  return page.replace(FENCE, (block, language: string) => {
    if (language !== next[0]?.[0]) return block;
    const [, content] = next.shift() ?? [];
    return `\`\`\`${language}\n${content}\n\`\`\``;
  });
}

/** The links of the page in this file that stay within the repository. Code is no link. */
export function linksOf(file: string): Link[] {
  const prose = readFileSync(file, 'utf8')
    .replace(FENCE, '')
    .replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((text) => {
      const [path = '', anchor] = text.split('#');
      return { text, file: path === '' ? file : join(dirname(file), path), anchor };
    });
}

/** The anchors that GitHub makes of a page's headings: lower case, punctuation dropped, a hyphen for each blank. */
export function anchorsOf(page: string): string[] {
  return [...page.replace(FENCE, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** The part of a source file between `// #region <name>` and `// #endregion`. */
export function regionOf(source: string, name: string): string | undefined {
  return new RegExp(`^// #region ${name}\\n(.*?)^// #endregion$`, 'ms').exec(source)?.[1]?.trim();
}
