import type { TrafficEntry, TrafficOutcome } from '../../storage/traffic-store.js';
import type { ScimResponse } from '../message/scim-message.js';
import { type CallSource, callSigns } from './call-signs.js';
import { redactPath, redactQuery } from './redacted-address.js';
import { redactBody } from './redacted-body.js';
import { redactDetail } from './redacted-detail.js';
import { isGuid } from './value-kind.js';

/** A call that has been answered. */
export interface AnsweredCall extends CallSource {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly answer: ScimResponse;
  /** Why it was not let in. */
  readonly refusal?: string | undefined;
  readonly tokenId?: string | undefined;
  readonly agent?: string | undefined;
}

const LONGEST_AGENT = 128;
const PLAIN_AGENT = /^[\x20-\x3f\x41-\x7e]{1,128}$/;

/** What is kept of a call: see {@link TrafficEntry}. */
export function callEntry(call: AnsweredCall, endpoints: ReadonlySet<string>): TrafficEntry {
  const { id, startedAt, endedAt, method, segments, answer, refusal, tokenId } = call;
  const { status, location } = answer;
  const query = redactQuery(call.query);
  const body = redactBody(call.body, endpoints);
  const { scimType, detail } = status >= 400 ? errorOf(answer) : {};
  const createdId = status === 201 ? location?.slice(location.lastIndexOf('/') + 1) : undefined;
  const agent = agentOf(call.agent);
  return {
    id,
    at: new Date(startedAt).toISOString(),
    milliseconds: Math.max(0, endedAt - startedAt),
    outcome: outcomeOf(call),
    method,
    path: redactPath(segments, endpoints),
    ...(query !== undefined && { query }),
    status,
    ...(scimType !== undefined && { scimType }),
    ...(detail !== undefined && {
      detail: redactDetail(detail, [call.body, segments.slice(1), queryValues(call.query)]),
    }),
    ...(createdId !== undefined && isGuid(createdId) && { createdId }),
    ...(refusal !== undefined && { refusal }),
    ...(tokenId !== undefined && { tokenId }),
    ...(agent !== undefined && { agent }),
    signs: callSigns(call),
    ...(body !== undefined && { body }),
  };
}

function outcomeOf({ method, segments, answer: { status }, refusal }: AnsweredCall): TrafficOutcome {
  if (refusal !== undefined || status === 401) return 'unauthorized';
  if (status >= 500) return 'failed';
  // Whoever looks for a resource that is not there has been answered.
  const isFine = status < 400 || (status === 404 && segments.length === 2 && /^(?:GET|HEAD|DELETE)$/.test(method));
  return isFine ? 'done' : 'refused';
}

function errorOf({ body }: ScimResponse): { readonly scimType?: string; readonly detail?: string } {
  if (typeof body !== 'string') return {};
  const { scimType, detail } = JSON.parse(body) as { readonly scimType?: string; readonly detail?: string };
  return { ...(scimType !== undefined && { scimType }), ...(detail !== undefined && { detail }) };
}

/** What the client calls itself, as printable text without addresses. */
function agentOf(agent: string | undefined): string | undefined {
  if (agent !== undefined && PLAIN_AGENT.test(agent)) return agent;
  const text = agent
    ?.replace(/[^\x20-\x7e]/g, '?')
    .replace(/\S+@\S+/g, '<email>')
    .slice(0, LONGEST_AGENT);
  return text === '' ? undefined : text;
}

/** The values in quotes of a query, which the sentence of an answer may repeat. */
function queryValues(query: string): readonly string[] {
  try {
    const text = decodeURIComponent(query.slice(0, 4000).replaceAll('+', ' '));
    return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|=([^&"]+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  } catch {
    return [];
  }
}
