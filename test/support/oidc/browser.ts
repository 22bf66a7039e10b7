import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { PROVIDER_CERTIFICATE } from './real-provider.js';

/** A browser as far as a provider needs one: keeps cookies, follows redirects, and sends forms that send themselves. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  /** Goes on until the way leads to the application; answers with what the application is given there. */
  async visit(url: string): Promise<{ readonly url: string; readonly method: string; readonly form: URLSearchParams }> {
    let [next, method, form] = [url, 'GET', new URLSearchParams()];
    for (let hop = 0; hop < 10; hop += 1) {
      if (next.startsWith('https://app.example/')) {
        return { url: next, method, form: method === 'POST' ? form : new URL(next).searchParams };
      }
      const { location, text } = await this.#request(next, method, form);
      if (location !== undefined) {
        [next, method] = [new URL(location, next).href, 'GET'];
      } else {
        const action = /action="([^"]+)"/.exec(text)?.[1];
        if (action === undefined) throw new Error(`the way ends at ${next}: ${text.slice(0, 500)}`);
        const fields = [...text.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
        form = new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]));
        if (form.has('xsrf')) form.set('logout', 'yes');
        [next, method] = [new URL(action.replaceAll('&amp;', '&'), next).href, 'POST'];
      }
    }
    throw new Error('a way without end');
  }

  async #request(
    url: string,
    method: string,
    form: URLSearchParams,
  ): Promise<{ location: string | undefined; text: string }> {
    const body = method === 'POST' ? form.toString() : undefined;
    const headers = {
      cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      https
        .request(url, { method, headers, ca: PROVIDER_CERTIFICATE.cert, agent: false }, resolve)
        .on('error', reject)
        .end(body);
    });
    for (const cookie of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    return { location: answer.headers.location, text: Buffer.concat(chunks).toString() };
  }
}
