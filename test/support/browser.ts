import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** `CHROMIUM` names the one to use; where that is none, there is none. */
const PROGRAM = (process.env['CHROMIUM'] === undefined ? USUAL_PLACES : [process.env['CHROMIUM']]).find(existsSync);
/** Handed over by the debugger's road: the content security policy of the pages lets no script in. */
const AXE = PROGRAM && readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A page with everything in it that must never happen. */
export interface WatchedPage {
  readonly page: Page;
  /** Dialogs, errors of scripts, refusals of the content security policy: what a page that is safe never shows. */
  readonly troubles: readonly string[];
}

/** Opens pages of their own, without anything that an earlier one has left. */
export type OpenPage = (options?: BrowserContextOptions) => Promise<WatchedPage>;

/**
 * Describes what a browser shows; one browser serves all tests of a file. Where the machine has none, one skipped test and
 * the end of the run say so.
 */
export function describeInBrowser(title: string, tests: (open: OpenPage) => void): void {
  if (!PROGRAM) {
    // biome-ignore lint/suspicious/noSkippedTests: it is what tells that these tests were left out
    describe.skip(title, () => {
      it('is left out: this machine has no Chromium (apt-get install chromium)', () => undefined);
    });
    return;
  }
  describe(title, () => {
    const there: { browser?: Browser } = {};
    beforeAll(async () => {
      there.browser = await chromium.launch({
        executablePath: PROGRAM,
        args: process.getuid?.() === 0 ? ['--no-sandbox', '--disable-dev-shm-usage'] : [],
      });
    });
    afterAll(() => there.browser?.close());
    tests(async (options = {}) => {
      if (!there.browser) throw new Error('a page is opened inside a test');
      const context = await there.browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
      return watched(await context.newPage());
    });
  });
}

function watched(page: Page): WatchedPage {
  const troubles: string[] = [];
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A form that was refused is answered with 4xx, and the browser notes it.
    const isAnswer = /^Failed to load resource: the server responded with a status of 4/.test(message.text());
    if (message.type() === 'error' && !isAnswer) troubles.push(`console: ${message.text()}`);
  });
  return { page, troubles };
}

/** What axe finds wrong with a page, as one line for each; by these rules alone, where some are named. */
export async function violations(page: Page, ...rules: readonly string[]): Promise<readonly string[]> {
  // It is large, and one visit may ask several times.
  if (await page.evaluate("typeof axe === 'undefined'")) await page.evaluate(`${AXE}; undefined`);
  const options = rules.length > 0 ? { runOnly: rules } : {};
  const results = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
