import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(read('package.json')) as Manifest;

describe('source files', () => {
  const files = ['src', 'test', 'examples', 'bench', 'docs', '.ci'].flatMap(filesBelow).concat(filesOf('.'));

  it('are UTF-8 without byte order mark, have LF line ends and end in one', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !isTidyText(readFileSync(join(root, file))))).toEqual([]);
  });

  it('are named after what they hold', () => {
    const drawers = /(^|\/)(utils?|helpers?|types|common|misc)(\.ts|\/)/;
    expect(filesBelow('src').filter((file) => drawers.test(file))).toEqual([]);
  });

  it('do not talk the compiler into a type', () => {
    const talk = /\bas unknown as\b|@ts-(ignore|expect-error|nocheck)/;
    expect(filesBelow('src').filter((file) => talk.test(read(file)))).toEqual([]);
  });
});

describe('package.json', () => {
  const lockEntries = Object.entries((JSON.parse(read('package-lock.json')) as Lock).packages);
  const subpaths = Object.entries(manifest.exports).filter(([subpath]) => subpath !== './package.json');

  it.each(subpaths)('exports %s with types and code of one source file', (subpath, target) => {
    expect(subpath).not.toContain('*');
    const { types, default: code } = target as { readonly types: string; readonly default: string };
    expect(code).toMatch(/^\.\/dist\/.*\.js$/);
    expect(types).toBe(code.replace(/\.js$/, '.d.ts'));
    const source = code.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
    expect(filesBelow('src')).toContain(source);
  });

  it('pins every dependency to one version', () => {
    const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(pins.length).toBeGreaterThan(0);
    expect(pins.filter(([, version]) => !/^(npm:[^@]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('has a lock file that names no host to install from', () => {
    expect(lockEntries.filter(([, entry]) => 'resolved' in entry)).toEqual([]);
  });

  it('has a lock file for every platform', () => {
    // npm leaves out what it cannot fetch, and then refuses the file in `npm ci`.
    const locked = new Set(lockEntries.map(([path]) => path.replace(/^.*node_modules\//, '')));
    const optional = lockEntries.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}));
    expect(optional.filter((name) => !locked.has(name))).toEqual([]);
  });
});

describe('documents', () => {
  it('open with how to try the package and how to test it', () => {
    const commands = [...read('README.md').matchAll(/^npm .*$/gm)].map(([command]) => command);
    expect(commands.slice(0, 2)).toEqual(['npm install && npm start', 'npm install && npm test']);
  });

  it('link to files that exist', () => {
    const documents = filesBelow('docs')
      .concat(filesOf('.'))
      .filter((file) => file.endsWith('.md'));
    const broken = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !existsSync(resolve(root, dirname(file), target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('keep a changelog with a place for what comes next', () => {
    expect(read('CHANGELOG.md')).toContain('\n## [Unreleased]\n');
  });
});

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: object }>>;
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function filesOf(folder: string): string[] {
  return entriesOf(folder, false);
}

function filesBelow(folder: string): string[] {
  return entriesOf(folder, true);
}

function entriesOf(folder: string, recursive: boolean): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(png|ico|woff2|tgz)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function isTidyText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return !text.startsWith('\uFEFF') && !text.includes('\r') && text.endsWith('\n');
  } catch {
    return false;
  }
}
