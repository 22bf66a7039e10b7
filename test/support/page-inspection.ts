import type { Page } from 'playwright-core';
import { violations } from './browser.js';

/** What is wrong with a page, one line for each fault. */
export interface PageFaults {
  /** What axe finds. */
  readonly axe: readonly string[];
  /** What it finds of contrast in the dark. */
  readonly dark: readonly string[];
  /** Whether it is wider than a screen of 360 pixels. */
  readonly narrow: readonly string[];
  /** Controls that the keyboard does not reach, or whose focus one does not see. */
  readonly keyboard: readonly string[];
}

const WIDE = { width: 1100, height: 900 };
export const NARROW = { width: 360, height: 740 };

const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
const PARTS_OF_A_DATE = 8;
/** From the last control on it goes over the frame of the browser to the first: where a field has the focus from the start. */
const ONCE_AROUND = 3;

/** Writes down whatever gets the focus, and whether one sees it. */
const LISTEN = `(() => {
  window.walked = new Map();
  document.addEventListener('focusin', ({ target }) => {
    if (window.walked.has(target)) return;
    window.walked.set(target, getComputedStyle(target).outlineStyle === 'none' ? target.outerHTML.slice(0, 120) : '');
  });
})()`;
const WALKED = '[...window.walked.values()]';

/**
 * Looks at a page that is open, at all four in turn: one visit serves them all.
 * @param picture where its pictures go, without the end of the file's name
 */
export async function inspectPage(page: Page, picture: string): Promise<PageFaults> {
  await page.screenshot({ path: `${picture}.jpeg`, fullPage: true, quality: 80 });
  const axe = await violations(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: `${picture}-dark.jpeg`, quality: 80 });
  const dark = await violations(page, 'color-contrast');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(NARROW);
  await page.screenshot({ path: `${picture}-narrow.jpeg`, quality: 80 });
  const narrow = await tooWide(page);
  await page.setViewportSize(WIDE);
  return { axe, dark, narrow, keyboard: await keyboardFaults(page) };
}

/** What makes a page scroll sideways, on whatever screen it is. */
export async function tooWide(page: Page): Promise<readonly string[]> {
  const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
  const screen = page.viewportSize()?.width ?? 0;
  return width <= screen ? [] : [`is ${width} pixels wide on a screen of ${screen}`];
}

/** Walks through a page with the Tab key. */
async function keyboardFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(LISTEN);
  const controls = await page.locator(CONTROLS).filter({ visible: true }).count();
  // A date and time has a stop for each of its parts.
  const dates = await page.locator('[type=datetime-local]').filter({ visible: true }).count();
  const most = controls + dates * PARTS_OF_A_DATE + ONCE_AROUND;
  let walked: readonly string[] = [];
  for (let step = 1; step <= most && walked.length < controls; step += 1) {
    await page.keyboard.press('Tab');
    if (step >= controls) walked = (await page.evaluate(WALKED)) as readonly string[];
  }
  const unseen = walked.filter((text) => text !== '').map((text) => `one does not see the focus on ${text}`);
  const rest = walked.length === controls ? [] : [`${walked.length} of ${controls} controls are reached`];
  return [...unseen, ...rest];
}
