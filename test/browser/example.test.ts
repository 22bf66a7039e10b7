import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeInBrowser, violations } from '../support/browser.js';
import { buildPackage } from '../support/built-package.js';
import { startProgram } from '../support/child-program.js';

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
const follow = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first().click();
const fill = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).first().fill(text);
const body = (page: Page) => page.locator('body').textContent();

describeInBrowser('the example, from nothing', (open) => {
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function startExample(): Promise<string> {
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
    return (JSON.parse(ready) as { readonly baseUrl: string }).baseUrl;
  }

  it('AQ-24 a new owner gets by clicks alone from an empty organization to a sign-in and a mapped group', async () => {
    const baseUrl = await startExample();
    const { page, troubles } = await open();
    const setup = () => page.goto(`${baseUrl}/setup`);

    await page.goto(baseUrl);
    await follow(page, 'Begin an organization');
    await fill(page, 'Name of the organization', 'Newco');
    await fill(page, 'Your name', 'Ada Byron');
    await fill(page, 'Your e-mail address', 'ada@newco.example');
    await press(page, 'Begin');
    expect(await violations(page)).toEqual([]);
    const [redirectUri = '', domain = '', authority = ''] = await page.locator('li code').allInnerTexts();

    await follow(page, 'Trial identity provider');
    const desk = page.url();
    await fill(page, 'Redirect URI', redirectUri);
    await press(page, 'Register an application');
    const [, clientId = '', clientSecret = ''] = await page.locator('td code').allInnerTexts();

    await setup();
    await follow(page, 'Single sign-on');
    await fill(page, 'Associated domains', domain);
    await fill(page, 'Authority URL', authority);
    await fill(page, 'Client ID', clientId);
    await fill(page, 'Client secret', clientSecret);
    await fill(page, 'Break-glass e-mail addresses', 'ada@newco.example');
    await press(page, 'Submit OIDC request');
    const tenant = page.url();
    const [name = '', value = ''] = await page.locator('section[aria-labelledby=domains] code').allInnerTexts();

    await page.goto(`${baseUrl}/dns`);
    await fill(page, 'Name', name);
    await fill(page, 'Value of the TXT record', value);
    await press(page, 'Add the record');
    await page.goto(tenant);
    await press(page, 'Look the domains up now');

    await setup();
    await follow(page, 'Sign in as the operator');
    await press(page, 'Olga Operator');
    await follow(page, 'Requests');
    await page.getByRole('link', { name: /newco\.example/ }).click();
    await press(page, 'Approve');
    await page.goto(`${baseUrl}/other-sign-in`);
    await press(page, 'Ada Byron');

    await page.goto(tenant);
    await follow(page, 'Test sign-in');
    await fill(page, 'E-mail address', 'zoe.park@newco.example');
    await press(page, 'Sign in');
    expect(await body(page)).toContain('Nobody was signed in here.');

    await setup();
    await follow(page, 'Provisioning');
    await fill(page, 'Friendly name', 'Trial identity provider');
    await press(page, 'Create');
    const directory = page.url();
    await follow(page, 'Tokens');
    await fill(page, 'Friendly name', 'First');
    await press(page, '+ Create API Key');
    const [token = '', scimBaseUrl = ''] = await page.locator('main dd code').allInnerTexts();

    await page.goto(desk);
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
    expect(await body(page)).toMatch(/The last request: PATCH \S+ → 200/);
    expect(await violations(page)).toEqual([]);

    await page.goto(`${baseUrl}/teams`);
    await fill(page, 'New team', 'Support');
    await press(page, 'Create');
    const team = page.url();
    await page.goto(directory);
    await follow(page, 'Groups and what they give');
    await follow(page, 'Reds');
    await fill(page, 'Team 1', 'Support');
    await press(page, 'Preview');
    await press(page, 'Save and apply');
    await page.goto(team);
    expect(await body(page)).toContain('zoe.park@newco.example');
    expect(await body(page)).toContain('This membership comes from your identity provider.');
    expect(await violations(page)).toEqual([]);

    const zoe = await open();
    // Another node, or this one, may not know the new tenant for some seconds: the link of the provider does not ask for it.
    await zoe.page.goto(`${baseUrl}/login/${encodeURIComponent(tenant.replace(/^.*\/|\?.*$/g, ''))}`);
    await zoe.page.getByLabel('E-mail address').fill('zoe.park@newco.example');
    await press(zoe.page, 'Sign in');
    expect(zoe.page.url()).toBe(`${baseUrl}/me`);
    expect(await body(zoe.page)).toContain('Zoe Park');
    expect([...troubles, ...zoe.troubles]).toEqual([]);
  });
});
