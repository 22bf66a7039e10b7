import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createOidcEngine } from 'express-sso-scim';
import type { Page } from 'playwright-core';
import { ACME, REQUEST } from '../support/admin-site.js';
import { describeInBrowser, violations, type WatchedPage } from '../support/browser.js';
import { createFurnishedPortal, type FurnishedPortal } from '../support/furnished-portal.js';
import { NARROW } from '../support/page-inspection.js';
import { createPortalSite, type PortalSite } from '../support/portal-site.js';

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const bodyText = (page: Page) => page.locator('main').textContent();
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Of the letters, in pixels of the screen. */
  readonly size: number;
}

interface Boxes {
  readonly texts: readonly Box[];
  readonly picture: Pick<Box, 'left' | 'right'>;
}

/** Where the picture of a mapping and its names are on the screen. */
const BOXES = `(() => {
  const svg = document.querySelector('svg.picture');
  const picture = svg.getBoundingClientRect();
  const scale = picture.width / svg.viewBox.baseVal.width;
  const texts = [...svg.querySelectorAll('text')].map((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { text: element.textContent, left, right, top, bottom, size: parseFloat(getComputedStyle(element).fontSize) * scale };
  });
  return { texts, picture: { left: picture.left, right: picture.right } };
})()`;

function meet(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** An identity provider that takes calls and never answers. */
async function silentProvider(): Promise<{ readonly authority: string; readonly close: () => void }> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    authority: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A directory of 30 groups that give 10 teams, and the page of its first group. */
async function manyGroups(): Promise<{ readonly site: PortalSite; readonly path: string }> {
  const teams = Array.from({ length: 10 }, (_, index) => ({ id: `team-${index}`, name: `Team ${index}` }));
  const site = await createPortalSite({ teams });
  const directory = await site.directory();
  const groups: string[] = [];
  for (let index = 0; index < 30; index += 1) {
    groups.push(await directory.group(`Department number ${index}`, []));
  }
  const path = `${directory.path}/groups/${groups[0]}`;
  const { body } = await site.as('owner').get(path).expect(200);
  const rows = groups.map((groupId, index) => ({ groupId, target: `team:team-${index % 10}` }));
  const wish = { mode: 'manual', rows, version: body.version };
  const preview = await site.as('owner').post(`${directory.path}/mapping/preview`, wish).expect(200);
  await site
    .as('owner')
    .put(`${directory.path}/mapping`, { ...wish, confirm: preview.body.digest })
    .expect(200);
  return { site, path };
}

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
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/^Why is \w+ in \w+\?$/);
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

  it('OU-12: every guide is reached from the list, holds the redirect URI to copy, and axe minds nothing', async () => {
    const site = await furnished();
    const { page, troubles } = await visit(site, `${ACME}/guides`);
    const names = await page.locator('main li a').allTextContents();
    expect(names).toHaveLength(7);
    for (const name of names) {
      await page.getByRole('link', { name, exact: true }).click();
      expect(await heading(page)).toBe(`Set up ${name}`);
      expect(await page.locator('code.copied', { hasText: '/signin-oidc' }).count()).toBeGreaterThan(0);
      expect(await page.locator('button.copy').count()).toBe(await page.locator('code.copied').count());
      expect(await violations(page)).toEqual([]);
      await page.getByRole('link', { name: 'Other identity providers' }).click();
    }
    expect(troubles).toEqual([]);
  });

  it('AQ-26: the identity provider is looked at again, and what is odd about it is said in words', async () => {
    const site = await furnished();
    const { page } = await visit(site, site.tenantPath);
    await press(page, 'Look at the identity provider now');
    expect(await heading(page)).toBe('People can sign in with this provider');
    expect(await bodyText(page)).toContain('Please look: The provider names another issuer.');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Back to the OIDC tenant' }).click();
    expect(await heading(page)).toBe('Single sign-on: acme.example');
    await page.getByRole('link', { name: 'What happened' }).click();
    expect(await bodyText(page)).toContain('approved');
    await page.getByRole('link', { name: 'Back to the OIDC tenant' }).click();
    expect(await heading(page)).toBe('Single sign-on: acme.example');
  });

  it('an identity provider that takes the call and never answers is told beside the field, and what was typed stays', async () => {
    const { authority, close } = await silentProvider();
    try {
      const engine = createOidcEngine({ unsafeLoopback: true, requestTimeout: 50 });
      const site = await createPortalSite({ options: { examine: engine.examine } });
      opened.site = site;
      const { page } = await visit(site, `${ACME}/oidc-tenants`);
      await page.getByLabel('Associated domains').fill('acme.example');
      await page.getByLabel('Authority URL').fill(authority);
      await page.getByLabel('Client ID', { exact: true }).fill('app');
      await page.getByLabel('Client secret', { exact: true }).fill('the secret');
      await press(page, 'Submit OIDC request');
      expect(await page.locator('.fault').allTextContents()).toEqual([
        expect.stringMatching(/^Authority URL: was looked at: .*(?:answer|reach)/),
      ]);
      expect(await page.getByLabel('Authority URL').inputValue()).toBe(authority);
      expect(await violations(page)).toEqual([]);
    } finally {
      close();
    }
  });

  it('name servers that do not answer are told beside the domain, which can be looked up again', async () => {
    const site = await createPortalSite();
    opened.site = site;
    const { body } = await site.as('owner').post(`${ACME}/oidc-tenants`, REQUEST).expect(201);
    const [domain] = body.tenant.domains;
    site.txt.set(domain.record.name, new Error('the servers are away'));
    const { page } = await visit(site, `${ACME}/oidc-tenants/${body.tenant.id}`);
    await press(page, 'Look the domains up now');
    expect(await bodyText(page)).toContain('the name servers did not answer');
    expect(await page.locator('section[aria-labelledby=domains] .state').textContent()).toBe('looked for');
    site.txt.set(domain.record.name, [domain.record.value]);
    await press(page, 'Look the domains up now');
    expect(await page.getByRole('status').textContent()).toContain('every 10 seconds at most');
    expect(await page.locator('section[aria-labelledby=domains] .state').textContent()).toBe('looked for');
    site.wait(10_000);
    await press(page, 'Look the domains up now');
    expect(await page.locator('section[aria-labelledby=domains] .state').textContent()).toBe('proved');
  });

  it('AQ-41: the successor of a token is shown once, and neither a reload nor the way back shows it again', async () => {
    const site = await furnished();
    const { page } = await visit(site, `${site.directoryPath}/tokens`);
    await page.getByText('Replace or revoke').click();
    await press(page, 'Create the next token');
    expect(await heading(page)).toBe('Your new token');
    const token = (await page.locator('code.copied').first().textContent()) ?? '';
    expect(token).toMatch(/^scim_/);
    expect(await bodyText(page)).toContain('works until you revoke it');
    expect(await violations(page)).toEqual([]);
    // The browser sends the form again, which is carried out once.
    await page.reload();
    expect(await page.content()).not.toContain(token);
    await page.goto(site.url(`${site.directoryPath}/tokens`));
    expect(await page.content()).not.toContain(token);
    expect(await page.locator('.state-live').count()).toBe(2);
  });

  it('AQ-44: who was pushed and is there already is decided, and then waits no more', async () => {
    const site = await furnished();
    const { page } = await visit(site, `${ACME}/conflicts`);
    expect(await bodyText(page)).toContain('It could be Alan Turing (alan@acme.example), who is here already.');
    await press(page, 'Yes, they are one person');
    expect(await page.getByRole('status').textContent()).toBe('This was decided.');
    expect(await bodyText(page)).toContain('Nothing waits for a decision.');
    await page.goto(site.url(`${ACME}/people?source=scim`));
    expect(await bodyText(page)).toContain('alan@acme.example');
  });

  it.each([
    ['Remove them', 'They were removed.', 4],
    ['Keep them, as given by hand', 'They stay.', 5],
  ])('AQ-45: a removal that waits is decided: %s', async (button, done, left) => {
    const site = await furnished();
    const { page } = await visit(site, `${site.directoryPath}/holds`);
    expect(await page.getByRole('heading', { level: 2 }).textContent()).toBe('5 people');
    await press(page, button);
    expect(await page.getByRole('status').textContent()).toBe(done);
    expect(await bodyText(page)).toContain('Nothing waits.');
    const { body } = await site.as('owner').get(`${ACME}/people?source=scim`).expect(200);
    const ids: readonly string[] = body.items.map(({ user }: { readonly user: { readonly id: string } }) => user.id);
    const details = await Promise.all(ids.map((id) => site.as('owner').get(`${ACME}/people/${id}`).expect(200)));
    // Four of the five have the team by another group too.
    expect(details.filter(({ text }) => text.includes('"team":"Payments"'))).toHaveLength(left);
  });

  it('AQ-52: the picture of 30 groups and 10 teams is readable: no two names meet, on a wide screen and on 360 pixels', async () => {
    const { site, path } = await manyGroups();
    opened.site = site;
    const { page } = await visit(site, path);
    await page.getByLabel('Team 2', { exact: true }).fill('Team 9');
    await press(page, 'Preview');
    expect(await page.locator('svg.picture path').count()).toBe(31);
    for (const viewport of [{ width: 1280, height: 900 }, NARROW]) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `.build/screenshots/many-groups-${viewport.width}.png`, fullPage: true });
      const { texts, picture } = (await page.evaluate(BOXES)) as Boxes;
      expect(texts).toHaveLength(30 * 2 + 10);
      expect(texts.filter(({ left, right }) => left < picture.left || right > picture.right)).toEqual([]);
      // What tells the groups apart is there.
      expect(new Set(texts.map(({ text }) => text)).size).toBe(30 + 10 + 1);
      const meeting = texts.flatMap((one, index) => texts.slice(index + 1).filter((other) => meet(one, other)));
      expect(meeting).toEqual([]);
      expect(Math.min(...texts.map(({ size }) => size))).toBeGreaterThanOrEqual(8);
    }
  });

  it('a change of an OIDC tenant that somebody else was faster with stays open and shows both', async () => {
    const site = await furnished();
    const [mine, theirs] = [await visit(site, site.tenantPath), await visit(site, site.tenantPath)];
    for (const [{ page }, label, text] of [
      [theirs, 'Additional scopes', 'groups'],
      [mine, 'Break-glass e-mail addresses', 'ops@acme.example'],
    ] as const) {
      await page.getByText('Domains, addresses, scopes, claims and more').click();
      await page.getByLabel(label).fill(text);
      await press(page, 'Save');
    }
    expect(await theirs.page.getByRole('status').textContent()).toBe('The OIDC tenant was changed.');
    expect(await mine.page.getByRole('alert').textContent()).toContain('Somebody else has changed this meanwhile');
    const row = mine.page.getByRole('row', { name: /Additional scopes/ });
    expect(await row.getByRole('cell').allTextContents()).toEqual(['empty', 'groups']);
    expect(await mine.page.getByRole('button', { name: 'Save in place of that' }).isVisible()).toBe(true);
    expect(await violations(mine.page)).toEqual([]);
  });

  it('what somebody else has decided meanwhile is told, and decided no second time', async () => {
    const site = await furnished();
    const [mine, theirs] = [await visit(site, `${ACME}/conflicts`), await visit(site, `${ACME}/conflicts`)];
    await press(theirs.page, 'No, this is somebody new');
    await press(mine.page, 'Yes, they are one person');
    expect(await mine.page.getByRole('alert').textContent()).toMatch(/\w+/);
    expect(await bodyText(mine.page)).toContain('Nothing waits for a decision.');
    expect(await violations(mine.page)).toEqual([]);
    await mine.page.goto(site.url(`${ACME}/people?source=scim`));
    expect(await mine.page.locator('table.list tbody tr').count()).toBe(7);
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
