import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { type BuiltPackage, buildPackage } from './support/built-package.js';
import { type ChildProgram, startProgram } from './support/child-program.js';
import { HAS_POSTGRES_SERVER, newSchemaName, startPostgres } from './support/postgres.js';
import { ENTERPRISE, LIST, PATCH_OP, USER } from './support/scim-site.js';

interface Ready {
  readonly baseUrl: string;
  readonly directories: readonly {
    readonly organization: string;
    readonly scimBaseUrl: string;
    readonly token: string;
  }[];
}

// Each start is a process of its own.
jest.setTimeout(30_000);

let built: BuiltPackage;
const programs: ChildProgram[] = [];
const folders: string[] = [];

beforeAll(async () => {
  built = await buildPackage();
});

afterAll(async () => {
  await endPrograms();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  await built.remove();
});

describe('the example, while it runs', () => {
  let ready: Ready;
  let program: ChildProgram;

  beforeAll(async () => {
    ({ ready, program } = await startExample());
  });

  afterAll(endPrograms);

  it('design 8 prints one READY line with the addresses and tokens of two organizations', () => {
    expect(
      program
        .output()
        .split('\n')
        .filter((line) => line.includes('READY')),
    ).toEqual([`READY ${JSON.stringify(ready)}`]);
    const { baseUrl } = ready;
    const token = expect.stringMatching(/^scim_[\w-]{49}$/);
    expect(ready).toEqual({
      baseUrl: expect.stringMatching(/^http:\/\/localhost:\d+$/),
      directories: [
        { organization: 'acme', scimBaseUrl: `${baseUrl}/scim/v2/acme`, token },
        { organization: 'globex', scimBaseUrl: `${baseUrl}/scim/v2/globex`, token },
      ],
      loginUrl: null,
      portalUrl: null,
    });
  });

  it('design 8 greets with a request to try, which works as it stands', async () => {
    const [, header = '', url = ''] = /^ {2}curl -H '([^']+)' '([^']+)'$/m.exec(program.output()) ?? [];
    const [name = '', value = ''] = header.split(': ');
    const response = await fetch(url, { headers: { [name]: value } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ schemas: [LIST], totalResults: 7, itemsPerPage: 2 });
  });

  it('design 8 has people of Entra in the first directory: with departments, managers and groups', async () => {
    const people = await list(ready, 'acme', 'Users');
    const wen = byUserName(people, 'wen.zhao@acme.example');
    const tomas = byUserName(people, 'tomas.berg@acme.example');
    expect(wen).toMatchObject({
      schemas: [USER, ENTERPRISE],
      active: true,
      [ENTERPRISE]: { department: 'Engineering', manager: { value: tomas['id'] } },
      groups: [{ display: 'Engineering' }],
    });
    expect(byUserName(people, 'hugo.petit@acme.example')).toMatchObject({ active: false });
    expect(await memberCounts(ready, 'acme')).toEqual({ Engineering: 4, Support: 2, 'On-call': 2 });
  });

  it('design 8 has people of Okta in the second directory', async () => {
    const people = await list(ready, 'globex', 'Users');
    expect(people.map(({ userName, active }) => `${userName} ${active}`)).toEqual([
      'nora.lind@globex.example true',
      'samir.haddad@globex.example true',
      'keiko.mori@globex.example true',
      'pavel.sokol@globex.example false',
    ]);
    expect(await memberCounts(ready, 'globex')).toEqual({ Everyone: 3, Administrators: 1 });
  });

  it('design 8 takes a person from hiring to leaving, and tells where access would end', async () => {
    const globex = client(ready, 'globex');
    const userName = 'mira.costa@globex.example';
    const { status, body: made } = await globex('POST', '/Users', { schemas: [USER], userName });
    expect(status).toBe(201);
    const { id, meta } = made as { readonly id: string; readonly meta: { readonly location: string } };
    expect(meta.location).toBe(`${addressOf(ready, 'globex').scimBaseUrl}/Users/${id}`);
    const match = await globex('GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
    expect(match.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });

    const Operations = [{ op: 'replace', value: { active: false } }];
    expect(await globex('PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations })).toMatchObject({
      status: 200,
      body: { id, active: false },
    });
    await program.line(new RegExp(`^globex: ${id} is deactivated\\.`));
    expect((await globex('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await globex('GET', `/Users/${id}`)).status).toBe(404);
  });

  it('design 8 keeps the token of one organization out of the other', async () => {
    const { scimBaseUrl } = addressOf(ready, 'globex');
    const { token } = addressOf(ready, 'acme');
    const response = await fetch(`${scimBaseUrl}/Users`, { headers: { Authorization: `Bearer ${token}` } });
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('globex.example');
  });

  it('design 8 has a page that says what runs, and no secret', async () => {
    const response = await fetch(ready.baseUrl);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    for (const { scimBaseUrl, token } of ready.directories) {
      expect(page).toContain(`<code>${scimBaseUrl}</code>`);
      expect(page).not.toContain(token);
    }
    expect(page).toContain('<td>7<td>3</tr>');
    expect(page).not.toContain('wen.zhao');
  });
});

describe('the example, started again', () => {
  afterEach(endPrograms);

  it('design 8 prints the same line and takes the same tokens', async () => {
    const dataDirectory = await newFolder();
    const first = await startExample({ DATA_DIR: dataDirectory });
    first.program.send('SIGTERM');
    expect(await first.program.end()).toMatchObject({ code: 0, signal: null, stderr: '' });

    const port = new URL(first.ready.baseUrl).port;
    const second = await startExample({ DATA_DIR: dataDirectory, PORT: port });
    expect(second.ready).toEqual(first.ready);
    expect(await memberCounts(first.ready, 'acme')).toEqual({ Engineering: 4, Support: 2, 'On-call': 2 });
  });

  it('design 8 still knows who was pushed, and pushes nobody twice', async () => {
    const DATA_DIR = await newFolder();
    const first = await startExample({ DATA_DIR });
    const mira = { schemas: [USER], userName: 'mira.costa@globex.example' };
    expect((await client(first.ready, 'globex')('POST', '/Users', mira)).status).toBe(201);
    first.program.send('SIGKILL');
    await first.program.end();
    const second = await startExample({ DATA_DIR });
    expect(await list(second.ready, 'globex', 'Users')).toHaveLength(5);
    expect(second.program.output()).toContain(`kept in ${join(DATA_DIR, 'console.db')}`);
  });

  // The example is a process of its own and takes a server by its address, see HAS_POSTGRES_SERVER.
  (HAS_POSTGRES_SERVER ? it : it.skip)(
    'design 8 keeps everything in PostgreSQL where DATABASE_URL names one',
    async () => {
      const postgres = await startPostgres();
      const schema = newSchemaName();
      const database = new pg.Client({ connectionString: postgres.connectionString });
      await database.connect();
      try {
        await database.query(`create schema ${schema}`);
        const url = new URL(postgres.connectionString);
        url.searchParams.set('options', `-c search_path=${schema}`);
        const env = { DATABASE_URL: url.href, DATA_DIR: await newFolder() };
        const first = await startExample(env);
        expect(first.program.output()).toContain('kept in PostgreSQL');
        first.program.send('SIGTERM');
        expect(await first.program.end()).toMatchObject({ code: 0, stderr: '' });
        const second = await startExample(env);
        expect(addressOf(second.ready, 'acme').token).toBe(addressOf(first.ready, 'acme').token);
        expect(await list(second.ready, 'acme', 'Users')).toHaveLength(7);
        const { rows } = await database.query(
          `select count(*)::int as people from ${schema}.sso_resources where type = 'User'`,
        );
        expect(rows).toEqual([{ people: 11 }]);
        await endPrograms();
      } finally {
        await database.query(`drop schema ${schema} cascade`);
        await database.end();
        await postgres.stop();
      }
    },
  );

  it('design 8 lets nobody else read the file of trial tokens, and gives each folder tokens of its own', async () => {
    const dataDirectory = join(await newFolder(), 'made', 'on the way');
    const { ready } = await startExample({ DATA_DIR: dataDirectory });
    const file = join(dataDirectory, 'trial-tokens.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain(addressOf(ready, 'acme').token);
    const other = await startExample();
    expect(addressOf(other.ready, 'acme').token).not.toBe(addressOf(ready, 'acme').token);
  });

  it('design 8 ends by the signal that npm start is given, and frees the port', async () => {
    const env = { PORT: '0', DATA_DIR: await newFolder() };
    // Without its `prestart`, which would build.
    const npm = keep(startProgram('npm', ['start', '--ignore-scripts', '--offline'], { cwd: built.folder, env }));
    const { baseUrl } = readyOf(await npm.line(/^READY /));
    npm.send('SIGTERM');
    await npm.end();
    await expect(fetch(baseUrl)).rejects.toThrow('fetch failed');
  });

  it('design 8 ends with success when interrupted', async () => {
    const { program } = await startExample();
    program.send('SIGINT');
    expect(await program.end()).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});

describe('the example, where it cannot start', () => {
  afterEach(endPrograms);

  it.each(['abc', '-1', '65536', '3000.5', ' 3000', '0x10'])('design 8 refuses PORT=%j', async (PORT) => {
    expect(await failedStart({ PORT })).toBe(
      `PORT must be a whole number from 0 to 65535, not ${JSON.stringify(PORT)}.\n`,
    );
  });

  it('design 8 says that the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      expect(await failedStart({ PORT: String(port) })).toBe(
        `Port ${port} is in use. Set PORT to another one, as in: PORT=3001 npm start\n`,
      );
    } finally {
      server.close();
    }
  });

  it('design 8 says that the data folder cannot be used', async () => {
    const file = join(await newFolder(), 'a file');
    await writeFile(file, '');
    expect(await failedStart({ DATA_DIR: join(file, 'below') })).toBe(
      `The data folder ${join(file, 'below')} cannot be used (ENOTDIR). Set DATA_DIR to another one.\n`,
    );
  });

  it('design 8 says that the database cannot be reached, and shows no password', async () => {
    const said = await failedStart({ DATABASE_URL: 'postgres://console:hunter2@127.0.0.1:1/console' });
    expect(said).toMatch(/^The database cannot be used: .*ECONNREFUSED/);
    expect(said).not.toContain('hunter2');
  });

  it.each([
    ['no JSON', '{'],
    ['something else', '{"tokens":[]}'],
    ['half a token', '[{"token":"scim_1"}]'],
  ])('design 8 says that the file of trial tokens holds %s, and leaves it', async (_what, content) => {
    const dataDirectory = await newFolder();
    const file = join(dataDirectory, 'trial-tokens.json');
    await writeFile(file, content);
    expect(await failedStart({ DATA_DIR: dataDirectory })).toBe(
      `${file} holds no trial tokens. Delete it, and the next start makes new ones.\n`,
    );
    expect(await readFile(file, 'utf8')).toBe(content);
  });
});

describe('the repository', () => {
  it('design 8 does not take the data of the example in', () => {
    const ignored = readFileSync(new URL('../.gitignore', import.meta.url), 'utf8').split('\n');
    expect(ignored).toContain('.data/');
  });
});

function keep(program: ChildProgram): ChildProgram {
  programs.push(program);
  return program;
}

async function endPrograms(): Promise<void> {
  const running = programs.splice(0);
  for (const program of running) program.send('SIGKILL');
  await Promise.all(running.map((program) => program.end()));
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'example-data-'));
  folders.push(folder);
  return folder;
}

async function start(env: Readonly<Record<string, string>>): Promise<ChildProgram> {
  const main = join(built.folder, '.build', 'examples', 'console', 'main.js');
  const settings = { PORT: '0', DATA_DIR: env['DATA_DIR'] ?? (await newFolder()), ...env };
  return keep(startProgram(process.execPath, [main], { cwd: built.folder, env: settings }));
}

async function startExample(
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly program: ChildProgram; readonly ready: Ready }> {
  const program = await start(env);
  return { program, ready: readyOf(await program.line(/^READY /)) };
}

/** What it says on its error output, having said nothing else and ended with 1. */
async function failedStart(env: Readonly<Record<string, string>>): Promise<string> {
  const { code, stdout, stderr } = await (await start(env)).end();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr;
}

function readyOf(line: string): Ready {
  return JSON.parse(line.slice('READY '.length)) as Ready;
}

function addressOf({ directories }: Ready, organization: string): Ready['directories'][number] {
  const found = directories.find((directory) => directory.organization === organization);
  if (!found) throw new Error(`there is no ${organization}`);
  return found;
}

function client(
  ready: Ready,
  organization: string,
): (method: string, path: string, body?: object) => Promise<{ readonly status: number; readonly body: unknown }> {
  const { scimBaseUrl, token } = addressOf(ready, organization);
  return async (method, path, body) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
    const response = await fetch(scimBaseUrl + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

type Resource = Readonly<Record<string, unknown>>;

async function list(ready: Ready, organization: string, endpoint: string): Promise<readonly Resource[]> {
  const { status, body } = await client(ready, organization)('GET', `/${endpoint}`);
  expect(status).toBe(200);
  return (body as { readonly Resources: readonly Resource[] }).Resources;
}

function byUserName(people: readonly Resource[], userName: string): Resource {
  const found = people.find((person) => person['userName'] === userName);
  if (!found) throw new Error(`there is no ${userName}`);
  return found;
}

async function memberCounts(ready: Ready, organization: string): Promise<Readonly<Record<string, number>>> {
  const groups = await list(ready, organization, 'Groups');
  return Object.fromEntries(
    groups.map(({ displayName, members }) => [String(displayName), Array.isArray(members) ? members.length : 0]),
  );
}
