import type { TrafficEntry } from '../../storage/traffic-store.js';
import type { ActivityAnswer, HealthAnswer, OpenedActivityAnswer } from '../activity-routes.js';
import type { ActivityStep } from '../activity-step.js';
import type { JsonSchema } from '../admin-route.js';
import type { DirectoryHealth } from '../directory-health.js';
import type { DoctorFinding } from '../doctor-finding.js';
import type { GuideAnswer, GuidesAnswer } from '../guide-routes.js';
import type { FilledGuide, FilledPiece } from '../setup-guides/setup-guides.js';
import { answerSchema, COUNT, listOf, mapOf, NEXT, oneOf, TEXT, TIME, TRUTH } from './answer-schema.js';
import { DIRECTORY_SCHEMA } from './directory-schemas.js';

const CALL = answerSchema<TrafficEntry>(
  {
    id: TEXT,
    at: TIME,
    milliseconds: { type: 'number' },
    outcome: oneOf('done', 'refused', 'unauthorized', 'failed'),
    method: TEXT,
    path: TEXT,
    query: TEXT,
    status: COUNT,
    scimType: TEXT,
    detail: TEXT,
    createdId: TEXT,
    refusal: TEXT,
    tokenId: TEXT,
    agent: TEXT,
    signs: listOf(TEXT),
    body: { description: 'the form of the body: kinds of values in place of values' },
  },
  ['query', 'scimType', 'detail', 'createdId', 'refusal', 'tokenId', 'agent', 'body'],
);

const ITEM = { call: CALL, title: TEXT, outcome: TEXT, failed: TRUTH };
const ORDER = oneOf('newest', 'failures', 'failures-first');
type Step = ActivityAnswer['chart'][number];

export const ACTIVITY_SCHEMA: JsonSchema = answerSchema<ActivityAnswer>(
  {
    items: listOf(answerSchema<ActivityAnswer['items'][number]>(ITEM)),
    next: NEXT,
    directory: DIRECTORY_SCHEMA,
    show: ORDER,
    span: oneOf('day', 'week', 'month'),
    chart: listOf(
      answerSchema<Step>({
        from: TIME,
        calls: answerSchema<Step['calls']>({ done: COUNT, refused: COUNT, unauthorized: COUNT, failed: COUNT }),
        unrecorded: COUNT,
      }),
    ),
  },
  ['next'],
);

const STEP = answerSchema<ActivityStep>(
  {
    id: TEXT,
    at: TIME,
    kind: TEXT,
    sentence: TEXT,
    subjects: listOf(
      answerSchema<ActivityStep['subjects'][number]>({
        type: oneOf('person', 'directory-user', 'group', 'team', 'tenant', 'hold', 'conflict'),
        id: TEXT,
      }),
    ),
    by: TEXT,
    causeId: TEXT,
    details: { type: 'object', description: 'what the kind of step says besides' },
  },
  ['by', 'causeId'],
);

export const OPENED_ACTIVITY_SCHEMA: JsonSchema = answerSchema<OpenedActivityAnswer>(
  { ...ITEM, steps: listOf(STEP), next: NEXT, directory: DIRECTORY_SCHEMA, names: mapOf(TEXT) },
  ['next'],
);

const HEALTH = answerSchema<DirectoryHealth>(
  {
    state: oneOf('silent', 'locked-out', 'failing', 'late', 'troubled', 'well'),
    sentence: TEXT,
    lastCallAt: TIME,
    lastSuccessAt: TIME,
    day: answerSchema<DirectoryHealth['day']>({
      calls: COUNT,
      failures: COUNT,
      failureShare: { type: 'number', minimum: 0, maximum: 1 },
      unauthorized: COUNT,
    }),
    rhythm: answerSchema<NonNullable<DirectoryHealth['rhythm']>>({
      everyMinutes: { type: 'number' },
      missedCycles: COUNT,
    }),
    refusals: listOf(answerSchema<DirectoryHealth['refusals'][number]>({ reason: TEXT, count: COUNT, lastAt: TIME })),
  },
  ['lastCallAt', 'lastSuccessAt', 'rhythm'],
);

const PROVIDERS = ['entra', 'okta', 'onelogin', 'jumpcloud', 'google', 'auth0', 'keycloak'] as const;

const FINDING = answerSchema<DoctorFinding>({
  code: TEXT,
  severity: oneOf('error', 'warning', 'hint'),
  sentence: TEXT,
  mend: TEXT,
  provider: oneOf(...PROVIDERS, 'other'),
  evidence: answerSchema<DoctorFinding['evidence']>({ count: COUNT, lastAt: TIME, requestId: TEXT, detail: TEXT }, [
    'requestId',
    'detail',
  ]),
});

export const HEALTH_SCHEMA: JsonSchema = answerSchema<HealthAnswer>({
  directory: DIRECTORY_SCHEMA,
  health: HEALTH,
  findings: listOf(FINDING),
});

export const GUIDES_SCHEMA: JsonSchema = answerSchema<GuidesAnswer>({
  items: listOf(answerSchema<GuidesAnswer['items'][number]>({ provider: oneOf(...PROVIDERS), name: TEXT })),
});

const PIECES = listOf(answerSchema<FilledPiece>({ text: TEXT, copy: { const: true } }, ['copy']));
type GuideStep = FilledGuide['steps'][number];

const PART = answerSchema<FilledGuide>({
  steps: listOf(
    answerSchema<GuideStep>({
      title: TEXT,
      text: PIECES,
      fields: listOf(answerSchema<GuideStep['fields'][number]>({ label: TEXT, content: PIECES })),
    }),
  ),
  notes: listOf(PIECES),
});

const CHOICE = answerSchema<GuideAnswer['tenants']>(
  { chosen: TEXT, items: listOf(answerSchema<GuideAnswer['tenants']['items'][number]>({ id: TEXT, name: TEXT })) },
  ['chosen'],
);

export const GUIDE_SCHEMA: JsonSchema = answerSchema<GuideAnswer>({
  provider: oneOf(...PROVIDERS),
  name: TEXT,
  oidc: PART,
  scim: PART,
  tenants: CHOICE,
  directories: CHOICE,
});
