import { mkdirSync } from 'node:fs';
import { beforeAll, expect, it } from '@jest/globals';
import { describeInBrowser, violations, type WatchedPage } from '../support/browser.js';
import { createFurnishedPortal, type FurnishedPortal } from '../support/furnished-portal.js';
import { inspectPage, NARROW, type PageFaults, tooWide } from '../support/page-inspection.js';

const SCREENSHOTS = '.build/screenshots';
const MOST_BYTES = 100 * 1024;
/** Each page is visited once, for everything that is looked at: a busy machine takes its time. */
const VISITS_TIMEOUT = 240_000;

const HOSTILE: readonly (readonly [title: string, text: string])[] = [
  ['HTML', '"\'></title></textarea><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>NAME'],
  ['marks that turn and hide', '\u202e\u2066\u200b\u200f\ufeffNAME'],
  ['10,000 characters without a space', `NAME${'<W'.repeat(5000)}`],
];

describeInBrowser('the pages of the administration', (open) => {
  /** Visits every page, and answers what is wrong with any of them. */
  async function everyPage(
    look: (watched: WatchedPage, name: string) => Promise<readonly string[]>,
    at: FurnishedPortal,
    options: object = {},
  ): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [role, pages] of [
      ['owner', at.pages],
      ['operator', at.operatorPages],
    ] as const) {
      const watched = await open({ ...at.visitor(role), ...options });
      for (const [name, path] of Object.entries(pages)) {
        const answer = await watched.page.goto(at.url(path));
        const problems = answer?.status() === 200 ? await look(watched, name) : [`answers ${answer?.status()}`];
        found.push(...problems.map((problem) => `${name}: ${problem}`));
      }
      found.push(...watched.troubles);
      await watched.page.context().close();
    }
    return found;
  }

  const faults: Record<keyof PageFaults | 'weight', string[]> = {
    axe: [],
    dark: [],
    narrow: [],
    keyboard: [],
    weight: [],
  };
  const visits: { readonly troubles: string[]; pages: number } = { troubles: [], pages: 0 };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const portal = await createFurnishedPortal();
    try {
      const troubles = await everyPage(async ({ page }, name) => {
        visits.pages += 1;
        faults.weight.push(...(await tooHeavy(page.content())).map((fault) => `${name}: ${fault}`));
        const found = await inspectPage(page, `${SCREENSHOTS}/${name}`);
        for (const kind of ['axe', 'dark', 'narrow', 'keyboard'] as const)
          faults[kind].push(...found[kind].map((fault) => `${name}: ${fault}`));
        return [];
      }, portal);
      visits.troubles.push(...troubles);
    } finally {
      portal.close();
    }
  }, VISITS_TIMEOUT);

  it('AQ-38 AQ-43 AQ-46 AQ-52 X-10: have nothing that axe minds', () => {
    expect(visits.pages).toBeGreaterThan(20);
    expect([...visits.troubles, ...faults.axe]).toEqual([]);
  });

  it('have nothing that axe minds in the dark either', () => expect(faults.dark).toEqual([]));

  it('fit on a screen of 360 pixels', () => expect(faults.narrow).toEqual([]));

  it('weigh 100 KB at most', () => expect(faults.weight).toEqual([]));

  it('are walked with the keyboard alone: every control is reached in turn, and one sees where one is', () =>
    expect(faults.keyboard).toEqual([]));

  it.each(HOSTILE)(
    'show %s as nothing but text, on a screen of 360 pixels and within 100 KB',
    async (title, hostile) => {
      const portal = await createFurnishedPortal((what) => hostile.replace('NAME', () => what));
      try {
        const found = await everyPage(
          async ({ page }, name) => {
            if (name === 'people')
              await page.screenshot({ path: `${SCREENSHOTS}/hostile-${title.replaceAll(' ', '-')}.png` });
            return [
              ...(await violations(page, 'link-name', 'button-name', 'label', 'select-name', 'empty-heading')),
              ...(await tooWide(page)),
              ...(await tooHeavy(page.content())),
            ];
          },
          portal,
          { viewport: NARROW },
        );
        expect(found).toEqual([]);
      } finally {
        portal.close();
      }
    },
    VISITS_TIMEOUT,
  );
});

async function tooHeavy(content: Promise<string>): Promise<readonly string[]> {
  const bytes = Buffer.byteLength(await content);
  return bytes > MOST_BYTES ? [`weighs ${bytes} bytes`] : [];
}
