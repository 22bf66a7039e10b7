import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeInBrowser, violations, type WatchedPage } from '../support/browser.js';
import { createFurnishedPortal, type FurnishedPortal } from '../support/furnished-portal.js';

const SCREENSHOTS = '.build/screenshots';
const NARROW = { viewport: { width: 360, height: 740 } };
const MOST_BYTES = 100 * 1024;
const PARTS_OF_A_DATE = 8;

const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
/** Where the focus is, and whether one sees it. */
const FOCUSED = `(() => {
  const at = document.activeElement;
  return {
    place: [...document.querySelectorAll('*')].indexOf(at),
    text: at.outerHTML.slice(0, 120),
    outline: getComputedStyle(at).outlineStyle,
  };
})()`;

interface Focused {
  readonly place: number;
  readonly text: string;
  readonly outline: string;
}

const HOSTILE: readonly (readonly [title: string, text: string])[] = [
  ['HTML', '"\'></title></textarea><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>NAME'],
  ['marks that turn and hide', '\u202e\u2066\u200b\u200f\ufeffNAME'],
  ['10,000 characters without a space', `NAME${'<W'.repeat(5000)}`],
];

describeInBrowser('the pages of the administration', (open) => {
  const there: { portal?: FurnishedPortal } = {};
  const portal = () => {
    if (!there.portal) throw new Error('the portal is there inside tests');
    return there.portal;
  };
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    there.portal = await createFurnishedPortal();
  });
  afterAll(() => there.portal?.close());

  /** Visits every page, and answers what is wrong with any of them. */
  async function everyPage(
    look: (watched: WatchedPage, name: string) => Promise<readonly string[]>,
    options: object = {},
    at: FurnishedPortal = portal(),
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

  it('AQ-38 AQ-43 AQ-46 AQ-52 X-10: have nothing that axe minds, and weigh 100 KB at most', async () => {
    const found = await everyPage(async ({ page }, name) => {
      await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
      const bytes = Buffer.byteLength(await page.content());
      return [...(await violations(page)), ...(bytes > MOST_BYTES ? [`weighs ${bytes} bytes`] : [])];
    });
    expect(found).toEqual([]);
  });

  it('have nothing that axe minds in the dark either', async () => {
    const found = await everyPage(
      async ({ page }, name) => {
        await page.screenshot({ path: `${SCREENSHOTS}/${name}-dark.png` });
        return violations(page, 'color-contrast');
      },
      { colorScheme: 'dark' },
    );
    expect(found).toEqual([]);
  });

  it('fit on a screen of 360 pixels', async () => {
    const found = await everyPage(async ({ page }, name) => {
      await page.screenshot({ path: `${SCREENSHOTS}/${name}-narrow.png` });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      return width === 360 ? [] : [`is ${width} pixels wide`];
    }, NARROW);
    expect(found).toEqual([]);
  });

  it('are walked with the keyboard alone: every control is reached in turn, and one sees where one is', async () => {
    const found = await everyPage(async ({ page }) => {
      const controls = await page.locator(CONTROLS).filter({ visible: true }).count();
      const reached = new Set<number>();
      const unseen = new Map<number, string>();
      // A date and time has a stop for each of its parts.
      const dates = await page.locator('[type=datetime-local]').filter({ visible: true }).count();
      for (let step = 0; step < controls + dates * PARTS_OF_A_DATE && reached.size < controls; step += 1) {
        await page.keyboard.press('Tab');
        const { place, text, outline } = (await page.evaluate(FOCUSED)) as Focused;
        if (text.startsWith('<body')) continue;
        // Of a date and time the browser marks the part that one is at, and the whole at its first.
        if (outline === 'none' && !reached.has(place)) unseen.set(place, `one does not see the focus on ${text}`);
        reached.add(place);
      }
      const rest = reached.size === controls ? [] : [`${reached.size} of ${controls} controls are reached`];
      return [...unseen.values(), ...rest];
    });
    expect(found).toEqual([]);
  });

  it.each(HOSTILE)('show %s as nothing but text, on a screen of 360 pixels and within 100 KB', async (_, hostile) => {
    const hostilePortal = await createFurnishedPortal((what) => hostile.replace('NAME', () => what));
    try {
      const found = await everyPage(
        async ({ page }, name) => {
          if (name === 'people')
            await page.screenshot({ path: `${SCREENSHOTS}/hostile-${_.replaceAll(' ', '-')}.png` });
          const bytes = Buffer.byteLength(await page.content());
          const width = await page.evaluate('document.documentElement.scrollWidth');
          return [
            ...(await violations(page, 'link-name', 'button-name', 'label', 'select-name', 'empty-heading')),
            ...(width === 360 ? [] : [`is ${width} pixels wide`]),
            ...(bytes > MOST_BYTES ? [`weighs ${bytes} bytes`] : []),
          ];
        },
        NARROW,
        hostilePortal,
      );
      expect(found).toEqual([]);
    } finally {
      hostilePortal.close();
    }
  });
});
