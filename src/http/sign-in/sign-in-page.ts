import type { Response } from 'express';

/**
 * What every page and redirect of the router carries. There is no `form-action`: browsers apply it to the redirects that
 * follow a form, and those lead to identity providers anywhere.
 */
const HEADERS = [
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"],
  ['Referrer-Policy', 'same-origin'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
] as const;

/** Sets the headers that keep an answer out of caches and frames. */
export function protectAnswer(response: Response): void {
  for (const [name, value] of HEADERS) response.setHeader(name, value);
}

/** Sends the browser on, by GET. Express would negotiate about a body that nobody reads. */
export function redirectTo(response: Response, url: string): void {
  response.statusCode = 303;
  response.setHeader('Location', url);
  response.setHeader('Content-Length', '0');
  response.end();
}

/** Writes a small page. `body` is HTML; what it holds of others was escaped by {@link escapeHtml}. */
export function writePage(response: Response, status: number, title: string, body: string): void {
  const safeTitle = escapeHtml(title);
  response
    .status(status)
    .type('html')
    .send(
      `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>${safeTitle}</title></head>\n<body><main><h1>${safeTitle}</h1>\n${body}\n</main></body>\n</html>\n`,
    );
}

/** Makes text safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
