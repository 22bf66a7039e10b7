import { afterEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ACME } from '../support/admin-site.js';
import { describeInBrowser, violations, type WatchedPage } from '../support/browser.js';
import { createFurnishedPortal, type FurnishedPortal } from '../support/furnished-portal.js';
import { createPortalSite, type PortalSite } from '../support/portal-site.js';

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const bodyText = (page: Page) => page.locator('main').textContent();

describeInBrowser('walks through the administration', (open) => {
  const opened: { site?: PortalSite } = {};
  afterEach(() => opened.site?.close());

  async function furnished(): Promise<FurnishedPortal> {
    const site = await createFurnishedPortal();
    opened.site = site;
    return site;
  }

  async function visit(site: PortalSite, path: string, options = {}, role: 'owner' | 'operator' = 'owner') {
    const watched: WatchedPage = await open({ ...site.visitor(role), ...options });
    await watched.page.goto(site.url(path));
    return watched;
  }

  describe.each([
    ['with JavaScript', {}],
    ['without JavaScript', { javaScriptEnabled: false }],
  ])('%s', (_, options) => {
    it('AQ-24 AQ-36 AQ-42 OU-12 X-9: from nothing to a token: a request with a mistake, its proof, approval, a directory', async () => {
      const site = await createPortalSite();
      opened.site = site;
      const { page, troubles } = await visit(site, `${ACME}/oidc-tenants`, options);
      await page.getByLabel('Associated domains').fill('gmail.com');
      await page.getByLabel('Authority URL').fill('https://idp.acme.example');
      await page.getByLabel('Client ID', { exact: true }).fill('app');
      await page.getByLabel('Client secret', { exact: true }).fill('the secret');
      await press(page, 'Submit OIDC request');
      expect(await page.getByLabel('Associated domains').inputValue()).toBe('gmail.com');
      expect(await page.getByLabel('Client secret', { exact: true }).inputValue()).toBe('');
      expect(await page.locator('.fault').first().textContent()).toContain('Associated domains');
      await page.getByLabel('Associated domains').fill('acme.example');
      await page.getByLabel('Client secret', { exact: true }).fill('the secret');
      await press(page, 'Submit OIDC request');
      expect(await page.getByRole('status').textContent()).toContain('Your request was submitted');
      const [name = '', value = ''] = await page.locator('section[aria-labelledby=domains] code').allTextContents();
      site.txt.set(name, [value]);
      await press(page, 'Look the domains up now');
      expect(await page.locator('section[aria-labelledby=domains] .state').textContent()).toBe('proved');

      const operator = await visit(site, '/oidc-requests', options, 'operator');
      await operator.page.getByRole('link', { name: /acme\.example/ }).click();
      await press(operator.page, 'Approve');
      expect(await operator.page.getByRole('status').textContent()).toBe('The request was approved.');

      await page.goto(site.url(`${ACME}/directories`));
      await page.getByLabel('Friendly name').fill('Entra ID');
      await press(page, 'Create');
      await page.getByRole('link', { name: 'Tokens' }).click();
      await page.getByLabel('Friendly name').fill('first');
      await press(page, '+ Create API Key');
      const token = (await page.locator('code.copied').first().textContent()) ?? '';
      expect(token).toMatch(/^scim_/);
      await page.getByRole('link', { name: 'Back to the tokens' }).click();
      expect(await bodyText(page)).toContain('first');
      expect(await page.content()).not.toContain(token);
      expect([...troubles, ...operator.troubles]).toEqual([]);
    });

    it('AQ-51 AQ-52 AQ-64: a mapping is seen as a picture and a list before it is saved, another mode is confirmed', async () => {
      const site = await furnished();
      const { page, troubles } = await visit(site, site.groupPath, options);
      await page.getByLabel('Team 2', { exact: true }).fill('Support');
      await press(page, 'Preview');
      expect(await page.locator('svg path.appears').count()).toBe(1);
      expect(await page.locator('svg path.stays').count()).toBeGreaterThan(0);
      expect(await bodyText(page)).toContain('6 places gained');
      if (!('javaScriptEnabled' in options)) expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: '.build/screenshots/mapping-preview.png', fullPage: true });
      await page.getByRole('button', { name: /save and apply/i }).click();
      expect(await page.getByRole('status').textContent()).toBe('The mapping was saved and applied.');

      await page.goto(site.url(`${site.directoryPath}/groups`));
      await page.getByLabel('Mode', { exact: true }).selectOption('auto');
      await press(page, 'Preview');
      expect(await page.locator('svg path.goes').count()).toBeGreaterThan(0);
      expect(await bodyText(page)).toContain('all provisioned people leave their teams');
      await page.screenshot({ path: '.build/screenshots/mode-preview.png', fullPage: true });
      await press(page, 'Yes, save and apply');
      expect(await bodyText(page)).toContain('Auto: each group that passes the filter is a team');
      expect(troubles).toEqual([]);
    });
  });

  it('AQ-73: an owner sees the phone settings, an operator changes them', async () => {
    const site = await furnished();
    const owner = await visit(site, `${site.directoryPath}/provisioning`);
    expect(await owner.page.getByRole('button', { name: 'Save phone settings' }).count()).toBe(0);
    expect(await bodyText(owner.page)).toContain('please contact support');
    const { page } = await visit(site, `${site.directoryPath}/provisioning`, {}, 'operator');
    await page.getByLabel('People may change their own number').check();
    await press(page, 'Save phone settings');
    await owner.page.reload();
    expect(await owner.page.locator('section[aria-labelledby=phones] dd').first().textContent()).toBe('yes');
  });

  it('AQ-46 SE-10: people are filtered by source and state, and their teams are explained', async () => {
    const site = await furnished();
    const { page } = await visit(site, `${ACME}/people`);
    await page.getByLabel('Source').selectOption('scim');
    await press(page, 'Filter');
    expect(await page.locator('table.list tbody tr').count()).toBe(6);
    await page.getByLabel('State').selectOption('invited');
    await press(page, 'Filter');
    expect(await page.locator('table.list tbody tr').count()).toBe(0);
    await page.goto(site.url(site.pages['person'] ?? ''));
    expect(await bodyText(page)).toContain('managed by your identity provider');
    await page.getByRole('link', { name: /why/i }).first().click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Why is this person in this team?');
    expect(await bodyText(page)).toContain('Engineering');
  });

  it('QL-11: calls are a chart and a list with the failures first, each opened to its steps', async () => {
    const site = await furnished();
    const { page } = await visit(site, `${site.directoryPath}/activity`);
    expect(await page.locator('svg rect.calls-bad').count()).toBeGreaterThan(0);
    expect(await page.locator('table.list tbody tr').first().textContent()).toContain('failed');
    await page.locator('#show').selectOption('newest');
    await press(page, 'Show');
    await page.goto(site.url(site.pages['call'] ?? ''));
    expect(await bodyText(page)).toContain('The person was given');
    await page.goto(site.url(`${site.directoryPath}/health`));
    expect(await bodyText(page)).toContain('To be mended');
    await page.getByRole('link', { name: 'Look at one of these calls' }).first().click();
    expect(await bodyText(page)).toContain('Outcome');
  });

  it('OU-12 QL-4: a guide holds the values of the organization, each with a button that copies it', async () => {
    const site = await furnished();
    const { page, troubles } = await visit(site, `${ACME}/guides/entra`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const url = page.locator('code.copied', { hasText: '/scim/v2/' }).first();
    const expected = await url.textContent();
    expect(expected).toMatch(/\?aadOptscim062020$/);
    await page
      .getByRole('button', { name: `Copy ${expected?.slice(0, 80)}` })
      .first()
      .click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(expected);
    expect(troubles).toEqual([]);
  });

  it('a form that somebody else was faster than shows both versions, and overwrites nothing by itself', async () => {
    const site = await furnished();
    const path = `${site.directoryPath}/provisioning`;
    const [mine, theirs] = [await visit(site, path), await visit(site, path)];
    await theirs.page.getByLabel('Add people').selectOption('refuse');
    await theirs.page.locator('section[aria-labelledby=switches] button').click();
    await mine.page.getByLabel('Deactivate and delete people').selectOption('refuse');
    await mine.page.locator('section[aria-labelledby=switches] button').click();
    expect(await mine.page.getByRole('alert').textContent()).toContain('Somebody else has changed this meanwhile');
    expect(await bodyText(mine.page)).toContain('There now');
    expect(await violations(mine.page)).toEqual([]);
    const after = await site.as('owner').get(path).expect(200);
    expect(after.body.policy).toMatchObject({ autoProvision: 'refuse', autoDeprovision: 'on' });
    await mine.page.getByRole('link', { name: /take what is there/ }).click();
    expect(await mine.page.getByLabel('Add people').inputValue()).toBe('refuse');
    expect(await mine.page.getByLabel('Deactivate and delete people').inputValue()).toBe('on');
  });

  it('OU-5: a form that is sent twice is carried out once, whether scripts run or not', async () => {
    const site = await furnished();
    for (const options of [{}, { javaScriptEnabled: false }]) {
      const before = await site.as('owner').get(`${ACME}/directories`).expect(200);
      const { page } = await visit(site, `${ACME}/directories`, options);
      await page.getByLabel('Friendly name').fill('Okta');
      await page.getByRole('button', { name: 'Create', exact: true }).dblclick();
      // One answer says that it is done; the answer to the other, where there is one, that it was sent before.
      await page.locator('[role=status], [role=alert]').first().waitFor();
      const after = await site.as('owner').get(`${ACME}/directories`).expect(200);
      expect(after.body.items.length - before.body.items.length).toBe(1);
    }
  });
});
