import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));

export interface MarkdownPage {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
  readonly links: readonly string[];
  /** What the links `#…` to its headings are called. */
  readonly anchors: ReadonlySet<string>;
}

export interface CodeBlock {
  readonly language: string;
  /** What stands behind the language. Blocks of one file are put together, so that a page can explain it in pieces. */
  readonly file: string | undefined;
  readonly code: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
}

/** The pages that a user of the package reads. */
export function readPages(): readonly MarkdownPage[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md'));
  return ['README.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)].map(readPage);
}

function readPage(path: string): MarkdownPage {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const prose = text.replace(/^```.*?^```$/gms, '');
  return {
    path,
    text,
    blocks: blocksIn(text),
    links: [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
    anchors: new Set([...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))),
  };
}

function blocksIn(text: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (const { 1: language = '', 2: file, 3: code = '', index } of text.matchAll(
    /^```(\w+)(?: (\S+))?\n(.*?)^```$/gms,
  )) {
    const line = text.slice(0, index).split('\n').length + 1;
    const first = blocks.findIndex((block) => file !== undefined && block.file === file);
    const before = blocks[first];
    if (!before) {
      blocks.push({ language, file, code, line });
      continue;
    }
    // Lines keep their numbers.
    const gap = '\n'.repeat(line - before.line - before.code.split('\n').length + 1);
    blocks[first] = { ...before, code: `${before.code}${gap}${code}` };
  }
  return blocks;
}

/** The name that a heading gets from the hosts that show Markdown. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
