import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, type WatchedPage } from '../support/browser.js';
import { buildPackage } from '../support/built-package.js';
import { startProgram } from '../support/child-program.js';
import { inspectPage, type PageFaults } from '../support/page-inspection.js';

const SCREENSHOTS = '.build/screenshots';
/** A walk of a hundred pages, or all pages looked at: a busy machine takes its time. */
const WALK_TIMEOUT = 240_000;

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
const follow = (page: Page, name: string | RegExp) => page.getByRole('link', { name, exact: true }).first().click();
const fill = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).first().fill(text);
const body = async (page: Page) => (await page.locator('body').textContent()) ?? '';
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();
/** The step that the page of steps points to. */
const openStep = (page: Page) => page.locator('li[aria-current=step] strong').textContent();

describeInBrowser('the example, in a browser', (open) => {
  const ends: (() => Promise<unknown>)[] = [];
  const there = { baseUrl: '' };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const built = await buildPackage();
    ends.push(built.remove);
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'example-data-'));
    ends.push(() => rm(DATA_DIR, { recursive: true, force: true }));
    const main = join(built.folder, '.build', 'examples', 'console', 'main.js');
    const program = startProgram(process.execPath, [main], { cwd: built.folder, env: { PORT: '0', DATA_DIR } });
    ends.push(() => {
      program.send('SIGKILL');
      return program.end();
    });
    const ready = (await program.line(/^READY /)).slice('READY '.length);
    there.baseUrl = (JSON.parse(ready) as { readonly baseUrl: string }).baseUrl;
  }, WALK_TIMEOUT);

  afterAll(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** A browser at the first page: the one address that somebody types. */
  async function atTheStart(): Promise<WatchedPage> {
    const watched = await open();
    await watched.page.goto(there.baseUrl);
    return watched;
  }

  async function signIn(page: Page, email: string, account: string): Promise<void> {
    await follow(page, 'Sign in');
    await fill(page, 'E-mail address at work', email);
    await press(page, 'Continue with OpenID Connect');
    await press(page, account);
  }

  it(
    'AQ-24 OU-12 a new owner gets by links and forms alone from an empty organization to a sign-in and a mapped group',
    async () => {
      const { page, troubles } = await atTheStart();
      const toSteps = async () => {
        await follow(page, 'Back to the application');
        await follow(page, 'Steps to set an organization up');
      };
      const toRequest = async () => {
        await follow(page, 'Single sign-on');
        await follow(page, 'newco.example');
      };

      await follow(page, 'Begin an organization');
      await fill(page, 'Name of the organization', 'Newco');
      await fill(page, 'Your name', 'Ada Byron');
      await fill(page, 'Your e-mail address', 'ada@newco.example');
      await press(page, 'Begin');
      const [redirectUri = '', domain = '', authority = ''] = await page.locator('li code').allInnerTexts();

      await follow(page, 'Trial identity provider');
      await fill(page, 'Redirect URI', redirectUri);
      await press(page, 'Register an application');
      const [, clientId = '', clientSecret = ''] = await page.locator('td code').allInnerTexts();

      await toSteps();
      await follow(page, 'Single sign-on');
      await fill(page, 'Associated domains', domain);
      await fill(page, 'Authority URL', `${authority}/elsewhere`);
      await fill(page, 'Client ID', clientId);
      await fill(page, 'Client secret', clientSecret);
      await fill(page, 'Break-glass e-mail addresses', 'ada@newco.example');
      await press(page, 'Submit OIDC request');
      // The identity provider was looked at, and there is none of that address.
      expect(await page.locator('.fault').first().textContent()).toContain('Authority URL: was looked at');
      await fill(page, 'Authority URL', authority);
      await fill(page, 'Client secret', clientSecret);
      await press(page, 'Submit OIDC request');
      const [name = '', value = ''] = await page.locator('section[aria-labelledby=domains] code').allInnerTexts();

      await toSteps();
      expect(await openStep(page)).toBe('Prove the domain.');
      await follow(page, 'DNS of the example');
      await fill(page, 'Name', name);
      await fill(page, 'Value of the TXT record', value);
      await press(page, 'Add the record');
      await follow(page, 'Back to the steps');
      await toRequest();
      await press(page, 'Look the domains up now');
      expect(await page.locator('section[aria-labelledby=domains] .state').textContent()).toBe('proved');

      await toSteps();
      expect(await openStep(page)).toBe('Be the operator and approve.');
      await follow(page, 'Sign in as the operator');
      await press(page, 'Olga Operator');
      await follow(page, 'Requests');
      await follow(page, 'newco.example');
      await press(page, 'Approve');
      await follow(page, 'Back to the application');
      await follow(page, 'Be somebody else');
      await press(page, 'Ada Byron');

      await follow(page, 'Steps to set an organization up');
      expect(await openStep(page)).toBe('Test the sign-in.');
      await toRequest();
      await press(page, 'Look at the identity provider now');
      expect(await heading(page)).toBe('People can sign in with this provider');
      await follow(page, 'Back to the OIDC tenant');
      await follow(page, 'Test sign-in');
      await fill(page, 'E-mail address', 'zoe.park@newco.example');
      await press(page, 'Sign in');
      expect(await body(page)).toContain('Nobody was signed in here.');
      expect(await body(page)).toContain('A new person would be made.');
      await page.screenshot({ path: `${SCREENSHOTS}/test-sign-in.png`, fullPage: true });
      await follow(page, 'Back to single sign-on');

      await toSteps();
      await follow(page, 'Provisioning');
      await fill(page, 'Friendly name', 'My identity provider');
      await press(page, 'Create');
      await follow(page, 'Tokens');
      await fill(page, 'Friendly name', 'First');
      await press(page, '+ Create API Key');
      const [token = '', scimBaseUrl = ''] = await page.locator('main dd code').allInnerTexts();

      await toSteps();
      expect(await openStep(page)).toBe('Connect the identity provider.');
      await follow(page, 'Trial identity provider');
      await fill(page, 'SCIM base URL', scimBaseUrl);
      await fill(page, 'Token', token);
      await press(page, 'Test the connection and save it');
      await fill(page, 'Given name', 'Zoe');
      await fill(page, 'Family name', 'Park');
      await fill(page, 'E-mail address', 'zoe.park@newco.example');
      await press(page, 'Add');
      await fill(page, 'Name', 'Reds');
      await press(page, 'Create');
      await press(page, 'Add to group');
      expect(await body(page)).toMatch(/The last request: PATCH \S+ → 20[04]/);

      await toSteps();
      expect(await openStep(page)).toBe('Map the group.');
      await follow(page, 'a team');
      await fill(page, 'New team', 'Support');
      await press(page, 'Create');
      await follow(page, 'Single sign-on and provisioning');
      await follow(page, 'My identity provider');
      await follow(page, 'Groups and what they give');
      await follow(page, 'Reds');
      await fill(page, 'Team 1', 'Support');
      await press(page, 'Preview');
      await press(page, 'Save and apply');
      await toSteps();
      expect(await openStep(page)).toBe('Look.');
      await follow(page, 'the team');
      await follow(page, 'Support');
      expect(await body(page)).toContain('zoe.park@newco.example');
      expect(await body(page)).toContain('member of the group Reds, which is mapped to it by Ada Byron');
      expect(await body(page)).toContain('This membership comes from your identity provider.');

      const zoe = await atTheStart();
      await signIn(zoe.page, 'zoe.park@newco.example', 'Sign in');
      expect(await heading(zoe.page)).toBe('Zoe Park');

      await follow(page, 'Start');
      await follow(page, 'Trial identity provider');
      await follow(page, `People and groups for ${scimBaseUrl}`);
      await press(page, 'Deactivate');
      await zoe.page.reload();
      expect(await heading(zoe.page)).toBe('Sign in');
      expect([...troubles, ...zoe.troubles]).toEqual([]);
    },
    WALK_TIMEOUT,
  );

  it(
    'TQ-2 has pages that axe minds nothing of, on 360 pixels, in the dark and by keyboard alone',
    async () => {
      const faults: string[] = [];
      const visited: string[] = [];
      const { page, troubles } = await atTheStart();
      const look = async (name: string) => {
        visited.push(name);
        const found: PageFaults = await inspectPage(page, `${SCREENSHOTS}/example-${name}`);
        faults.push(...Object.values(found).flatMap((all: readonly string[]) => all.map((each) => `${name}: ${each}`)));
      };

      await look('start');
      await follow(page, 'Begin an organization');
      await look('begin');
      await follow(page, 'Start');
      await follow(page, 'Sign in');
      await look('sign-in');
      await follow(page, 'Sign in without single sign-on');
      await look('other-sign-in');
      await follow(page, 'Sign in');
      await fill(page, 'E-mail address at work', 'ines.duarte@acme.example');
      await press(page, 'Continue with OpenID Connect');
      await look('identity-provider');
      await press(page, 'Ines Duarte');
      await look('person');
      await follow(page, 'Start');
      await follow(page, 'Steps to set an organization up');
      await look('steps');
      await follow(page, 'DNS of the example');
      await look('dns');
      await follow(page, 'Teams');
      await look('teams');
      await follow(page, 'Engineering');
      expect(await page.getByText('This membership comes from your identity provider.').count()).toBeGreaterThan(0);
      await look('locked-team');
      await follow(page, 'Start');
      await follow(page, 'Entra ID of Acme');
      await look('desk');
      await follow(page, /^People and groups for /);
      await look('people-and-groups');

      expect(visited).toHaveLength(12);
      expect([...troubles, ...faults]).toEqual([]);
    },
    WALK_TIMEOUT,
  );

  it('a person is moved, watched and deactivated at the identity provider by keyboard alone', async () => {
    const { page, troubles } = await atTheStart();
    await follow(page, 'Okta of Globex');
    await follow(page, /^People and groups for /);
    const typed = async (label: string, text: string) => {
      await page.getByLabel(label, { exact: true }).last().focus();
      await page.keyboard.type(text);
    };
    await typed('Given name', 'Mira');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Costa');
    await page.keyboard.press('Tab');
    await page.keyboard.type('mira.costa@globex.example');
    await page.keyboard.press('Enter');
    const row = page.getByRole('row', { name: /mira\.costa@globex\.example/ });
    await row.waitFor();
    await row.getByRole('button', { name: 'Deactivate' }).focus();
    await page.keyboard.press('Enter');
    await row.getByText('inactive', { exact: true }).waitFor();
    expect(await body(page)).toMatch(/The last request: PATCH \S+ → 20[04]/);
    expect(troubles).toEqual([]);
  });
});
