import { formWithButton, linkTarget } from './page-form.js';

/** A page, and where the browser is. */
export interface LoopbackPage {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/**
 * A browser for servers on loopback with plain HTTP: follows redirects, and sends a form when it is told what somebody
 * fills in. As in browsers, cookies belong to a host and a path, over all ports.
 */
export class LoopbackBrowser {
  readonly #jars = new Map<string, Map<string, Cookie>>();

  async open(url: string, form?: URLSearchParams, from?: string): Promise<LoopbackPage> {
    let [next, body] = [url, form];
    for (let hop = 0; hop < 15; hop += 1) {
      const response = await this.#request(new URL(next), body, from);
      const location = response.headers.get('location');
      if (location === null) return { url: next, status: response.status, text: await response.text() };
      await response.arrayBuffer();
      next = new URL(location, next).href;
      body = undefined;
    }
    throw new Error('a way without end');
  }

  /** Sends the form of a page, with its hidden fields and what is filled in. */
  async send({ url, text }: LoopbackPage, filledIn: Readonly<Record<string, string>> = {}): Promise<LoopbackPage> {
    const [, attributes] = /<form([^>]*)>/.exec(text) ?? [];
    if (attributes === undefined) throw new Error(`there is no form at ${url}: ${text.slice(0, 1000)}`);
    const action = /action="([^"]*)"/.exec(attributes)?.[1] ?? url;
    const form = new URLSearchParams();
    for (const [input] of text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      const [name = '', value = ''] = ['name', 'value'].map(
        (each) => new RegExp(` ${each}="([^"]*)"`).exec(input)?.[1],
      );
      form.set(name, value.replaceAll('&#38;', '&'));
    }
    for (const [name, value] of Object.entries(filledIn)) form.set(name, value);
    return this.open(new URL(action.replaceAll('&amp;', '&'), url).href, form, url);
  }

  /** Presses a button of a page, with what is filled in; see `formWithButton`. */
  press(
    { url, text }: LoopbackPage,
    label: string,
    filledIn: Readonly<Record<string, string>> = {},
    near?: string,
  ): Promise<LoopbackPage> {
    const { action = url, fields } = formWithButton(text, label, filledIn, near);
    return this.open(new URL(action, url).href, fields, url);
  }

  /** Follows the link of that text. */
  follow({ url, text }: LoopbackPage, link: string): Promise<LoopbackPage> {
    return this.open(new URL(linkTarget(text, link), url).href);
  }

  async #request(url: URL, form: URLSearchParams | undefined, from: string | undefined): Promise<Response> {
    const jar = this.#jars.get(url.hostname) ?? new Map<string, Cookie>();
    this.#jars.set(url.hostname, jar);
    const cookies = [...jar.values()].filter(({ path }) => isBelow(url.pathname, path));
    const headers = new Headers({
      accept: 'text/html,*/*;q=0.8',
      cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '),
    });
    if (form && from !== undefined) headers.set('origin', new URL(from).origin);
    const response = await fetch(url, { redirect: 'manual', headers, ...(form && { method: 'POST', body: form }) });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  }
}

function isBelow(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`);
}

function keep(jar: Map<string, Cookie>, line: string): void {
  const [pair = '', ...attributes] = line.split(/; */);
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
  const given = new Map(attributes.map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string]));
  const attribute = (wanted: string) => [...given].find(([key]) => key.toLowerCase() === wanted)?.[1];
  const path = attribute('path') ?? '/';
  const isOver = new Date(attribute('expires') ?? '9999-12-31').getTime() < Date.now();
  if (isOver || value === '') jar.delete(`${path} ${name}`);
  else jar.set(`${path} ${name}`, { name, value, path });
}
