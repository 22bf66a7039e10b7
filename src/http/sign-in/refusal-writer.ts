import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { escapeControls, type Logger } from '../../core/logger.js';
import type { OidcMender } from '../../oidc/oidc-error.js';
import { escapeHtml, protectAnswer, writePage } from './sign-in-page.js';
import { asRefusal, type SignInRefusal } from './sign-in-refusal.js';

const MENDERS: Readonly<Record<OidcMender, string>> = {
  person: 'You can mend this yourself.',
  'tenant-administrator': 'The administrator of your organization in this application can mend this.',
  'provider-administrator': 'The administrator of your identity provider can mend this.',
  operator: 'The operator of this application can mend this.',
};

/**
 * Writes down why a request is refused. The log has the details under the request id that the answer shows; neither has
 * codes, tokens or secrets.
 */
export function noteRefusal(
  request: Request,
  thrown: unknown,
  logger: Logger,
): { readonly refusal: SignInRefusal; readonly requestId: string } {
  const refusal = asRefusal(thrown);
  const { code, mender, details } = refusal;
  // An application may repeat a name in its refusal.
  const message = escapeControls(refusal.message);
  const requestId = randomUUID();
  const fields = { requestId, code, mender, details, address: request.ip && escapeControls(request.ip) };
  if (code === 'internal_error') logger.error({ ...fields, err: thrown }, 'a sign-in request failed');
  else logger.warn(fields, `a sign-in request was refused: ${message}`);
  return { refusal, requestId };
}

/** Answers a request that is refused, as a page or as JSON: what is wrong, and who can mend it. */
export function writeRefusal(request: Request, response: Response, thrown: unknown, logger: Logger): void {
  const { refusal, requestId } = noteRefusal(request, thrown, logger);
  const { status, code, mender, message, retryAfter } = refusal;
  if (response.headersSent) return void response.end();
  protectAnswer(response);
  if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
  if (prefersJson(request)) {
    response.status(status).json({ error: code, message, mender, requestId });
    return;
  }
  const body = `<p>${escapeHtml(message)}</p>\n<p>${MENDERS[mender]}</p>\n<p>Request: <code>${requestId}</code></p>`;
  writePage(response, status, 'Sign-in did not work', body);
}

/** Whether a program asks rather than a browser: one that sends JSON, or wants it more than a page. */
export function prefersJson(request: Request): boolean {
  return Boolean(request.is('json')) || request.accepts(['html', 'json']) === 'json';
}
