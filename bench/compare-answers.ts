import type { BenchCase } from './cases.js';
import type { Contestant } from './contestant.js';
import type { HttpAnswer } from './http-client.js';

const REQUESTS = 40;
const SEED = 1;
const HEADERS = ['content-type', 'content-length', 'etag', 'location'];

/**
 * Sends both servers the same requests of a case and compares status, body byte for byte, and the headers that SCIM
 * gives a meaning. Only what each server makes up itself is left out: the id of a new user, and the text of a cursor.
 * @throws {Error} at the first difference.
 */
export async function compareAnswers(benchCase: BenchCase, ours: Contestant, bare: Contestant): Promise<void> {
  const nextOfOurs = benchCase.requests(ours.site, SEED);
  const nextOfBare = benchCase.requests(bare.site, SEED);
  for (let sent = 0; sent < REQUESTS; sent += 1) {
    const [a, b] = await Promise.all([ours.client.send(nextOfOurs(0)), bare.client.send(nextOfBare(0))]);
    const [expected, found] = [comparable(a, benchCase), comparable(b, benchCase)];
    if (expected === found && a.status === benchCase.status) continue;
    throw new Error(
      `"${benchCase.name}": bare does not answer as ours does.\n--- ours\n${expected}\n--- bare\n${found}`,
    );
  }
}

function comparable({ status, head, body }: HttpAnswer, { madeUp }: BenchCase): string {
  const headers = HEADERS.map((header) => new RegExp(`^${header}: .*$`, 'im').exec(head)?.[0] ?? '');
  const text = [status, ...headers, body].join('\n');
  if (madeUp === 'id') {
    const { id } = JSON.parse(body) as { readonly id: string };
    return text.replaceAll(id, '<id>');
  }
  return madeUp === 'cursor' ? text.replace(/"nextCursor":"[^"]*"/, '').replace(/^content-length: .*$/im, '') : text;
}
