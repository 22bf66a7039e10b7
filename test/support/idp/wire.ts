import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { expect } from '@jest/globals';
import { ERROR, PATCH_OP } from '../scim-site.js';

/** Where an identity provider was told to push to: what its administrator typed in. */
export interface ScimAddress {
  /** `http://127.0.0.1:4000/scim/v2/acme`, with whatever slash or flag the administrator put behind it. */
  readonly baseUrl: string;
  readonly token: string;
}

/** A SCIM body as a client takes it on trust. */
export interface ScimBody {
  readonly id: string;
  readonly schemas: readonly string[];
  readonly meta: Readonly<Record<'resourceType' | 'created' | 'lastModified' | 'location' | 'version', string>>;
  readonly totalResults: number;
  readonly startIndex: number;
  readonly itemsPerPage: number;
  readonly Resources: readonly ScimBody[];
  readonly [attribute: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The parsed text; `{}` when there was none. */
  readonly body: ScimBody;
}

export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export type Headers = Readonly<Record<string, string>>;

/** The HTTP client of a simulated identity provider. It sends paths and headers exactly as written. */
export class Wire {
  /** Everything that was sent, in order of the answers. */
  readonly sent: SentRequest[] = [];
  /** Send every write twice, as if the first answer had been lost on the way, and go by the second answer. */
  losesAnswers = false;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 });
  readonly #address: ScimAddress;
  readonly #headers: Headers;

  constructor(address: ScimAddress, headers: Headers) {
    this.#address = address;
    this.#headers = headers;
  }

  get(path: string, headers?: Headers): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers?: Headers): Promise<Answer> {
    return this.send('POST', path, body, headers);
  }

  put(path: string, body: unknown, headers?: Headers): Promise<Answer> {
    return this.send('PUT', path, body, headers);
  }

  patch(path: string, body: unknown, headers?: Headers): Promise<Answer> {
    return this.send('PATCH', path, body, headers);
  }

  delete(path: string, headers?: Headers): Promise<Answer> {
    return this.send('DELETE', path, undefined, headers);
  }

  /** A PATCH of these operations. */
  operate(path: string, ...Operations: readonly object[]): Promise<Answer> {
    return this.patch(path, { schemas: [PATCH_OP], Operations });
  }

  async send(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer> {
    if (this.losesAnswers && method !== 'GET') await this.#once(method, path, body, headers);
    return this.#once(method, path, body, headers);
  }

  /** How many writes were sent since `from`, a length of `sent`. */
  writes(from = 0): readonly SentRequest[] {
    return this.sent.slice(from).filter(({ method }) => method !== 'GET');
  }

  close(): void {
    this.#agent.destroy();
  }

  async #once(method: string, path: string, body: unknown, headers: Headers = {}): Promise<Answer> {
    const { baseUrl, token } = this.#address;
    const { host, hostname, port } = new URL(baseUrl);
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const sent = {
      Host: host,
      Authorization: `Bearer ${token}`,
      ...this.#headers,
      ...headers,
      ...(text === undefined ? {} : { 'Content-Length': Buffer.byteLength(text) }),
    };
    const target = joined(baseUrl, path);
    const answer = await new Promise<Answer>((resolve, reject) => {
      const outgoing = request(
        { hostname, port, method, path: target, headers: sent, agent: this.#agent },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const received = Buffer.concat(chunks).toString('utf8');
            const parsed = JSON.parse(received === '' ? '{}' : received) as ScimBody;
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: received, body: parsed });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    });
    this.sent.push({ method, path: target, status: answer.status });
    return answer;
  }
}

/**
 * The path to ask for, put together as identity providers do: a query of the base URL comes first, and a slash at its end
 * makes two.
 */
function joined(baseUrl: string, path: string): string {
  const { pathname, search } = new URL(baseUrl);
  const mark = path.indexOf('?');
  const below = mark < 0 ? path : path.slice(0, mark);
  const query = mark < 0 ? '' : path.slice(mark + 1);
  const all = [search.slice(1), query].filter((part) => part !== '').join('&');
  return `${pathname}${below}${all === '' ? '' : `?${all}`}`;
}

/** `displayName eq "Team \\"Blue\\""`: the value as a JSON string. */
export function equals(attribute: string, value: string): string {
  return `${attribute} eq ${JSON.stringify(value)}`;
}

/** A filter as it stands in a URL. */
export function filterQuery(filter: string): string {
  return `filter=${encodeURIComponent(filter)}`;
}

/** The resource without `meta`, to compare everything else at once. */
export function withoutMeta(body: ScimBody): object {
  const { meta: _meta, ...rest } = body;
  return rest;
}

/** Asserts a refusal whole: RFC 7644 section 3.12. */
export function expectRefusal(answer: Answer, status: number, scimType?: string): void {
  expect(answer.body).toEqual({
    schemas: [ERROR],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: expect.stringMatching(/\S/),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/scim+json');
}

/** Posts what must be accepted. */
export async function made(wire: Wire, path: string, body: object): Promise<ScimBody> {
  const answer = await wire.post(path, body);
  expect({ status: answer.status, detail: answer.body['detail'] }).toEqual({ status: 201 });
  return answer.body;
}

/** The ids of members, in an order of their own. */
export async function memberIds(wire: Wire, groupId: string): Promise<readonly string[]> {
  const { body } = await wire.get(`/Groups/${groupId}`);
  const members = (body['members'] ?? []) as readonly { readonly value: string }[];
  return members.map(({ value }) => value).sort();
}

/** What an identity provider does when an answer is none that it can go on with: it gives up on this object, loudly. */
export function accepted(answer: Answer, ...statuses: readonly number[]): Answer {
  if (statuses.includes(answer.status)) return answer;
  throw new Error(`wanted ${statuses.join(' or ')}, got ${answer.status}: ${answer.text.slice(0, 500)}`);
}
