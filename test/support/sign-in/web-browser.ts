import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { LyingProvider } from '../oidc/lying-provider.js';
import { PROVIDER_CERTIFICATE } from '../oidc/real-provider.js';

export interface WebPage {
  readonly url: string;
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

interface Cookie {
  readonly value: string;
  readonly sameSite: string;
  readonly secure: boolean;
}

export interface Navigation {
  readonly method?: 'GET' | 'POST';
  /** Sent as a form. */
  readonly form?: URLSearchParams;
  /** The page that the navigation starts from; without it somebody typed the address. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where to stop: the redirect to such an address is not followed. */
  readonly until?: (url: string) => boolean;
}

/**
 * A browser as far as sign-ins need one: cookies of each host with their rules, redirects, and forms that send
 * themselves. Hosts of the application are names for a port on loopback.
 */
export class WebBrowser {
  readonly #apps: ReadonlyMap<string, number>;
  readonly #liars: readonly LyingProvider[];
  readonly #jars = new Map<string, Map<string, Cookie>>();
  /** Who signs in at a lying provider. */
  subject = 'user-1';

  constructor(apps: ReadonlyMap<string, number>, liars: readonly LyingProvider[] = []) {
    this.#apps = apps;
    this.#liars = liars;
  }

  /** Goes on until a page is there. */
  async open(url: string, { method = 'GET', form, from, headers, until }: Navigation = {}): Promise<WebPage> {
    let next: Navigation & { url: string } = { url, method, ...(form && { form }), ...(from && { from }) };
    for (let hop = 0; hop < 15; hop += 1) {
      const answered = this.#askLiar(next.url);
      if (answered) {
        next = answered;
        continue;
      }
      const page = await this.#request(next, headers);
      const { location } = page.headers;
      if (location !== undefined) {
        const target = new URL(location, next.url).href;
        if (until?.(target)) return { ...page, url: target };
        next = { url: target, ...(next.from && { from: next.from }) };
      } else {
        const sent = this.#apps.has(new URL(next.url).origin) ? undefined : formOf(page);
        if (!sent) return page;
        next = { ...sent, from: page.url };
      }
    }
    throw new Error('a way without end');
  }

  cookieNames(origin: string): readonly string[] {
    return [...(this.#jars.get(new URL(origin).host)?.keys() ?? [])];
  }

  cookieHeader(origin: string): string {
    return this.#cookiesFor(new URL(origin), 'GET', undefined);
  }

  forgetCookies(origin: string): void {
    this.#jars.delete(new URL(origin).host);
  }

  /** What a provider without sockets makes of the browser's visit. */
  #askLiar(url: string): (Navigation & { url: string }) | undefined {
    const liar = this.#liars.find(({ issuer }) => url.startsWith(`${issuer.replace(/\/$/, '')}/authorize`));
    if (!liar) return undefined;
    const asked = new URL(url).searchParams;
    const answer = liar.authorize(url, this.subject);
    const target = asked.get('redirect_uri') ?? '';
    return asked.get('response_mode') === 'form_post'
      ? { url: target, method: 'POST', form: answer, from: liar.issuer }
      : { url: `${target}?${answer}`, from: liar.issuer };
  }

  async #request(
    { url, method = 'GET', form, from }: Navigation & { url: string },
    more: Readonly<Record<string, string>> = {},
  ): Promise<WebPage> {
    const target = new URL(url);
    const port = this.#apps.get(target.origin);
    const body = method === 'POST' ? (form ?? new URLSearchParams()).toString() : undefined;
    const cookie = this.#cookiesFor(target, method, from);
    const headers = {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      host: target.host,
      ...(cookie !== '' && { cookie }),
      ...(method === 'POST' && from !== undefined && { origin: new URL(from).origin }),
      ...(body !== undefined && {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(Buffer.byteLength(body)),
      }),
      ...more,
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { method, headers, agent: false } as const;
      const sent =
        port === undefined
          ? https.request(url, { ...options, ca: PROVIDER_CERTIFICATE.cert }, resolve)
          : http.request({ ...options, port, path: `${target.pathname}${target.search}` }, resolve);
      sent.on('error', reject).end(body);
    });
    this.#keepCookies(target, answer.headers['set-cookie'] ?? []);
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    return {
      url,
      status: answer.statusCode ?? 0,
      headers: answer.headers,
      text: Buffer.concat(chunks).toString(),
    };
  }

  #cookiesFor({ host, origin, protocol }: URL, method: string, from: string | undefined): string {
    const isCrossPost = method === 'POST' && from !== undefined && new URL(from).origin !== origin;
    const isSecure = protocol === 'https:' || host.startsWith('localhost');
    return [...(this.#jars.get(host) ?? [])]
      .filter(([, { sameSite, secure }]) => (isSecure || !secure) && (!isCrossPost || sameSite === 'none'))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  #keepCookies({ host, protocol }: URL, lines: readonly string[]): void {
    const jar = this.#jars.get(host) ?? new Map<string, Cookie>();
    this.#jars.set(host, jar);
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(/; */);
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
      const given = new Map(attributes.map((each) => each.toLowerCase().split('=') as [string, string | undefined]));
      const secure = given.has('secure');
      const isOver = new Date(given.get('expires') ?? '9999-12-31').getTime() < Date.now();
      const isRefused =
        (name.startsWith('__Host-') && (!secure || given.get('path') !== '/' || given.has('domain'))) ||
        (secure && protocol !== 'https:' && !host.startsWith('localhost')) ||
        (given.get('samesite') === 'none' && !secure);
      if (isRefused) continue;
      if (isOver || value === '') jar.delete(name);
      else jar.set(name, { value, secure, sameSite: given.get('samesite') ?? 'lax' });
    }
  }
}

/** The form of a provider's page that a script sends. */
function formOf({ text, url }: WebPage): (Navigation & { url: string }) | undefined {
  const action = /action="([^"]+)"/.exec(text)?.[1];
  if (action === undefined) return undefined;
  const fields = [...text.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
  const form = new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]));
  if (form.has('xsrf')) form.set('logout', 'yes');
  return { url: new URL(action.replaceAll('&amp;', '&'), url).href, method: 'POST', form };
}
