import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Options, transform, transformFile } from '@swc/core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SWC: Options = {
  swcrc: false,
  configFile: false,
  module: { type: 'es6' },
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
};

/** The package and its examples as JavaScript in a temporary folder, laid out as `npm run build:tools` does. */
export interface BuiltPackage {
  readonly folder: string;
  /** Adds a program beside the package, which it may import by name. Gives its path. */
  addProgram(name: string, typescript: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes what a child process can run from the sources, without a build and without a check of types. */
export async function buildPackage(): Promise<BuiltPackage> {
  const folder = await mkdtemp(join(tmpdir(), 'express-sso-scim-'));
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await compileFolder(join(ROOT, 'src'), join(folder, 'dist'));
  await compileFolder(join(ROOT, 'examples'), join(folder, '.build', 'examples'));
  return {
    folder,
    async addProgram(name, typescript) {
      const file = join(folder, name);
      await writeFile(file, (await transform(typescript, SWC)).code);
      return file;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function compileFolder(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const sources = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  await Promise.all(
    sources.map(async (entry) => {
      const source = join(entry.parentPath, entry.name);
      const target = join(to, relative(from, source).replace(/\.ts$/, '.js'));
      const { code } = await transformFile(source, SWC);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }),
  );
}
