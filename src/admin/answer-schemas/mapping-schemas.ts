import type { JsonSchema } from '../admin-route.js';
import type { MappingLine, MappingPreview, NamedPeople } from '../mapping-preview.js';
import type { GroupPlaceAnswer, GroupsAnswer } from '../mapping-routes.js';
import { answerSchema, COUNT, listOf, mapOf, NEXT, oneOf, TEXT, TRUTH } from './answer-schema.js';
import { DIRECTORY_SCHEMA } from './directory-schemas.js';

const MODE = oneOf('off', 'manual', 'auto');
type Group = GroupsAnswer['items'][number];

const GROUP = answerSchema<Group>({
  id: TEXT,
  displayName: TEXT,
  memberCount: COUNT,
  rows: listOf(
    answerSchema<Group['rows'][number]>({ target: TEXT, place: TEXT, role: TEXT, allowedBy: TEXT }, ['allowedBy']),
  ),
});

const FRAME = {
  directory: DIRECTORY_SCHEMA,
  version: COUNT,
  roles: answerSchema<GroupsAnswer['roles']>({ organization: listOf(TEXT), team: listOf(TEXT) }),
  teams: listOf(answerSchema<GroupsAnswer['teams'][number]>({ id: TEXT, name: TEXT })),
};

type MappingOf<Mode> = Extract<GroupsAnswer['mapping'], { readonly mode: Mode }>;
const MAPPING: JsonSchema = {
  oneOf: [
    answerSchema<MappingOf<'off'>>({
      mode: { const: 'off' },
      defaultTeams: listOf(answerSchema<MappingOf<'off'>['defaultTeams'][number]>({ teamId: TEXT, role: TEXT })),
    }),
    answerSchema<MappingOf<'manual'>>({ mode: { const: 'manual' } }),
    answerSchema<MappingOf<'auto'>>(
      { mode: { const: 'auto' }, filter: listOf(TEXT), teamRole: TEXT, organizationRole: TEXT, allowedBy: TEXT },
      ['organizationRole', 'allowedBy'],
    ),
  ],
};

export const GROUPS_SCHEMA: JsonSchema = answerSchema<GroupsAnswer>(
  { ...FRAME, mapping: MAPPING, teamNames: mapOf(TEXT), items: listOf(GROUP), next: NEXT },
  ['next'],
);

export const GROUP_SCHEMA: JsonSchema = answerSchema<GroupPlaceAnswer>(
  { ...FRAME, mode: MODE, group: GROUP, next: NEXT },
  ['next'],
);

const PEOPLE = answerSchema<NamedPeople>({
  count: COUNT,
  first: listOf(answerSchema<NamedPeople['first'][number]>({ id: TEXT, name: TEXT })),
});

export const PREVIEW_SCHEMA: JsonSchema = answerSchema<MappingPreview>({
  directory: DIRECTORY_SCHEMA,
  version: COUNT,
  from: MODE,
  to: MODE,
  digest: TEXT,
  needsConfirmation: TRUTH,
  save: answerSchema<MappingPreview['save']>({
    route: TEXT,
    params: mapOf(TEXT),
    wish: { type: 'object', description: 'the body that saves it, without version and confirm' },
  }),
  counts: answerSchema<MappingPreview['counts']>({ people: COUNT, gained: COUNT, lost: COUNT, changed: COUNT }),
  lines: listOf(
    answerSchema<MappingLine>({
      group: answerSchema<MappingLine['group']>({ id: TEXT, name: TEXT, memberCount: COUNT }),
      place: TEXT,
      role: TEXT,
      change: oneOf('appears', 'stays', 'goes'),
    }),
  ),
  linesLeftOut: COUNT,
  places: listOf(
    answerSchema<MappingPreview['places'][number]>({ place: TEXT, gaining: PEOPLE, losing: PEOPLE, changing: PEOPLE }),
  ),
  placesLeftOut: COUNT,
  newTeams: listOf(TEXT),
  renamedTeams: listOf(TEXT),
  conflicts: listOf(answerSchema<MappingPreview['conflicts'][number]>({ group: TEXT, sentence: TEXT })),
});
