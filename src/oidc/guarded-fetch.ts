import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type ConnectionOptions, createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { classifyAddress, mayDial } from './address-guard.js';
import { type HostLookup, lookupInDns, lookupInSystem } from './host-lookup.js';

/** A request of a {@link GuardedFetch}. */
export interface GuardedRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes of the answer's body, where fewer than usual are enough. */
  readonly maxBytes?: number;
}

/** Fetches a URL that a stranger typed in, or throws {@link GuardedFetchError}. The body has arrived whole. */
export type GuardedFetch = (url: string, request?: GuardedRequest) => Promise<Response>;

export interface GuardedFetchOptions {
  /** Hosts that may have addresses in private networks: names or addresses exactly as in the URL, IPv6 in brackets. */
  readonly internalHosts?: readonly string[];
  /** UNSAFE, for development and tests: allow loopback addresses, and plain http to them. */
  readonly unsafeLoopback?: boolean;
  /** Certificates (PEM) of authorities to trust besides those that Node.js knows. */
  readonly certificateAuthorities?: readonly string[];
  /** Milliseconds from the look-up of the name to the last byte. 5,000 unless told. */
  readonly timeout?: number;
  /** Bytes of an answer's body. 1 MiB unless told. */
  readonly maxBytes?: number;
  /** Finds addresses; the answers are checked, whoever gave them. */
  readonly lookup?: HostLookup;
}

/** Why a {@link GuardedFetch} gave up. */
export type GuardedFetchFault =
  | 'url'
  | 'address'
  | 'name'
  | 'redirect'
  | 'size'
  | 'encoding'
  | 'timeout'
  | 'certificate'
  | 'connection'
  | 'answer';

/** Thrown by a {@link GuardedFetch}. Names the host, never the rest of the URL, and nothing that was sent. */
export class GuardedFetchError extends Error {
  override readonly name = 'GuardedFetchError';
  readonly fault: GuardedFetchFault;
  readonly host: string;
  /** The code of the system or TLS error below, e.g. `ECONNREFUSED`. */
  readonly systemCode: string | undefined;

  constructor(fault: GuardedFetchFault, host: string, systemCode?: string) {
    super(`${fault} (${host}${systemCode === undefined ? '' : `, ${systemCode}`})`);
    this.fault = fault;
    this.host = host;
    this.systemCode = systemCode;
  }
}

/**
 * Creates a fetch for URLs of strangers. https alone, no redirects, no compression, one limit for time and one for size.
 * The address that is checked is the address that is dialled: there is one look-up, and its answer goes to the socket.
 *
 * @example
 * const guardedFetch = createGuardedFetch({ internalHosts: ['idp.corp.example'] });
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): GuardedFetch {
  const { unsafeLoopback = false, timeout = 5000, maxBytes = 1_048_576, certificateAuthorities } = options;
  const internalHosts = new Set(options.internalHosts);
  const permissions = { internalHosts, loopback: unsafeLoopback };
  // Connections are not kept: one would outlive the check under which it was dialled.
  const agents = { http: new http.Agent({ keepAlive: false }), https: new https.Agent({ keepAlive: false }) };

  function lookupOf(host: string): HostLookup {
    if (options.lookup) return options.lookup;
    return internalHosts.has(host) || (unsafeLoopback && host === 'localhost') ? lookupInSystem : lookupInDns;
  }

  async function addressesOf(url: URL, signal: AbortSignal): Promise<readonly string[]> {
    const host = url.hostname;
    const literal = host.replace(/^\[(.*)\]$/, '$1');
    const found = isIP(literal) ? [literal] : await lookupOf(host)(host, signal);
    if (found.length === 0) throw new GuardedFetchError('name', host);
    if (!found.every((address) => isIP(address) !== 0 && mayDial(address, host, permissions))) {
      throw new GuardedFetchError('address', host);
    }
    return found;
  }

  async function exchange(url: URL, request: GuardedRequest, signal: AbortSignal): Promise<Response> {
    const addresses = await abortable(addressesOf(url, signal), signal);
    if (url.protocol === 'http:' && !addresses.every((address) => classifyAddress(address) === 'loopback')) {
      throw new GuardedFetchError('url', url.hostname);
    }
    const { method = 'GET', headers = {}, body } = request;
    const limit = Math.min(maxBytes, request.maxBytes ?? maxBytes);
    const settings: https.RequestOptions & ConnectionOptions = {
      method,
      signal,
      lookup: answerWith(addresses),
      agent: url.protocol === 'http:' ? agents.http : agents.https,
      rejectUnauthorized: true,
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      },
      secureContext: secureContextFor(certificateAuthorities),
    };
    return new Promise((resolve, reject) => {
      const sent = url.protocol === 'http:' ? http.request(url, settings) : https.request(url, settings);
      const fail = (fault: unknown) => {
        reject(fault);
        sent.destroy();
      };
      sent.on('error', fail);
      sent.on('response', (answer) => readAnswer(answer, url.hostname, limit).then(resolve, fail));
      sent.end(body);
    });
  }

  return async (address, request = {}) => {
    const url = parseUrl(address, unsafeLoopback);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new GuardedFetchError('timeout', url.hostname)), timeout);
    try {
      return await exchange(url, request, deadline.signal);
    } catch (fault) {
      throw deadline.signal.aborted
        ? new GuardedFetchError('timeout', url.hostname)
        : asFetchError(fault, url.hostname);
    } finally {
      clearTimeout(timer);
    }
  };
}

const NO_AUTHORITIES: readonly string[] = [];
const secureContexts = new WeakMap<readonly string[], SecureContext>();

/** Reading certificates takes a tenth of a second of everybody's time, so it is done once, not for each connection. */
function secureContextFor(authorities: readonly string[] = NO_AUTHORITIES): SecureContext {
  const known = secureContexts.get(authorities);
  if (known) return known;
  const ca = authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] };
  const created = createSecureContext({ ...ca, minVersion: 'TLSv1.2' });
  secureContexts.set(authorities, created);
  return created;
}

function parseUrl(address: string, http: boolean): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url) throw new GuardedFetchError('url', '');
  const scheme = url.protocol === 'https:' || (http && url.protocol === 'http:');
  if (!scheme || url.username !== '' || url.password !== '') throw new GuardedFetchError('url', url.hostname);
  return url;
}

/** Hands the checked addresses to the socket, in either of the two ways in which Node.js asks. */
function answerWith(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all }, callback) => {
    const [first] = found;
    if (all) callback(null, found);
    else callback(null, first?.address ?? '', first?.family ?? 4);
  };
}

async function readAnswer(answer: http.IncomingMessage, host: string, maxBytes: number): Promise<Response> {
  const { statusCode = 0, headers } = answer;
  if (statusCode >= 300 && statusCode < 400) throw new GuardedFetchError('redirect', host);
  if (statusCode < 200 || statusCode > 599) throw new GuardedFetchError('answer', host);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new GuardedFetchError('encoding', host);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw new GuardedFetchError('size', host);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new GuardedFetchError('size', host);
    chunks.push(chunk);
  }
  const kept = new Headers();
  for (const name of ['content-type', 'www-authenticate', 'retry-after'] as const) {
    const value = headers[name];
    if (value !== undefined) kept.set(name, value);
  }
  const empty = statusCode === 204 || statusCode === 205;
  return new Response(empty ? null : Buffer.concat(chunks), { status: statusCode, headers: kept });
}

/** Waits no longer than the signal allows, whether or not the promise ever ends. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

const NAME_CODES = new Set(['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EAI_AGAIN', 'ETIMEOUT', 'EREFUSED', 'EBADNAME']);
const CERTIFICATE_CODES = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|^ERR_SSL|^ERR_TLS|HOSTNAME_MISMATCH/;

function asFetchError(fault: unknown, host: string): GuardedFetchError {
  if (fault instanceof GuardedFetchError) return fault;
  const code = typeof fault === 'object' && fault !== null && 'code' in fault ? String(fault.code) : undefined;
  if (code === undefined) return new GuardedFetchError('connection', host);
  if (NAME_CODES.has(code)) return new GuardedFetchError('name', host, code);
  if (CERTIFICATE_CODES.test(code)) return new GuardedFetchError('certificate', host, code);
  return new GuardedFetchError(code.startsWith('HPE_') ? 'answer' : 'connection', host, code);
}
