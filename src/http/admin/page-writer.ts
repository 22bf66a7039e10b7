import type { Response } from 'express';
import type { Html } from '../../portal/html.js';

/** What every page carries. No script or style stands in a page, and no other site may show one in a frame. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** Sends the browser on, by GET. */
export function redirect(response: Response, url: string): void {
  response
    .status(303)
    .set({ ...PAGE_HEADERS, Location: url })
    .end();
}

/** Sends a page. */
export function writePage(response: Response, status: number, { html }: Html): void {
  response.status(status).set(PAGE_HEADERS).type('html').send(html);
}
