import type { GroupsAnswer } from '../../admin/mapping-routes.js';
import type { FormField } from '../field.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { listTable } from '../list-table.js';
import { definePage, type PortalPage } from '../page-view.js';
import { name, plainName } from '../text.js';

/** Places that a list says of one group. */
const MOST_ROWS = 5;

/** The groups of a directory with what they give, and the mode. */
export const groupsPage: PortalPage = definePage<GroupsAnswer>({
  route: 'list-groups',
  title: ({ directory }) => `Groups of ${plainName(directory.name)}`,
  render: (view, answer) => {
    const { directory, mapping, items, next, version, teamNames } = answer;
    const directoryId = directory.id;
    return html`
<p>${MODES[mapping.mode]}</p>
${mapping.mode === 'off' && mapping.defaultTeams.length > 0 && html`<p>Default teams:</p><ul>${mapping.defaultTeams.map(({ teamId, role }) => html`<li>${name(teamNames[teamId] ?? teamId)} as ${role}</li>`)}</ul>`}
${items.length === 0 && html`<p>No groups have been pushed yet.</p>`}
${listTable(
  'Groups',
  ['Group', 'Members', 'Gives'],
  items.map(({ id: groupId, displayName, memberCount, rows }) => [
    mapping.mode === 'manual'
      ? html`<a href="${view.link('get-group', { directoryId, groupId })}">${name(displayName)}</a>`
      : name(displayName),
    memberCount,
    rows.length === 0
      ? 'nothing'
      : [
          rows.slice(0, MOST_ROWS).map(({ place, role }) => html`<div>${name(place)} as ${role}</div>`),
          rows.length > MOST_ROWS && html`<div>and ${rows.length - MOST_ROWS} more</div>`,
        ],
  ]),
)}
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More groups</a></p>`}
<section aria-labelledby="mode"><h2 id="mode">Provisioning mode</h2>
<p class="notice">Another mode removes all provisioned people from their teams and resets the mappings. You see what would happen first.</p>
${form(view, { action: 'preview-mapping', params: { directoryId }, hidden: { version: String(version) }, submit: 'Preview', fields: modeFields(answer) })}</section>`;
  },
});

const MODES = {
  off: 'Groups give nothing. Everybody who is provisioned is in the default teams.',
  manual: 'Manual: each group gives what you map it to.',
  auto: 'Auto: each group that passes the filter is a team of its own name.',
} as const;

function modeFields({ mapping, roles, teamNames }: GroupsAnswer): readonly FormField[] {
  const auto = mapping.mode === 'auto' ? mapping : undefined;
  const defaults = mapping.mode === 'off' ? mapping.defaultTeams : [];
  const choices = (names: readonly string[]) => names.map((value) => ({ value, label: value }));
  const lines = [...defaults, undefined, undefined].map((team, index): readonly FormField[] => [
    {
      kind: 'text',
      name: `defaultTeams.${index}.teamName`,
      label: `Default team ${index + 1} (off only)`,
      ...(team && { value: teamNames[team.teamId] ?? '' }),
    },
    {
      kind: 'choice',
      name: `defaultTeams.${index}.role`,
      label: `Role in default team ${index + 1}`,
      options: choices(roles.team),
      ...(team && { value: team.role }),
    },
  ]);
  return [
    {
      kind: 'choice',
      name: 'mode',
      label: 'Mode',
      options: [
        { value: 'off', label: 'Off: default teams' },
        { value: 'manual', label: 'Manual: map groups to teams' },
        { value: 'auto', label: 'Auto: a team for each group' },
      ],
      value: mapping.mode,
    },
    {
      kind: 'long-text',
      name: 'filter',
      label: 'Filter of group names (auto only)',
      hint: 'One a line, with * and ?. A line that begins with ! excludes.',
      value: auto?.filter.join('\n') ?? '',
    },
    {
      kind: 'choice',
      name: 'teamRole',
      label: 'Role in the team (auto only)',
      options: choices(roles.team),
      ...(auto && { value: auto.teamRole }),
    },
    {
      kind: 'choice',
      name: 'organizationRole',
      label: 'Role in the organization (auto only)',
      options: [{ value: '', label: 'none besides the base role' }, ...choices(roles.organization)],
      value: auto?.organizationRole ?? '',
    },
    {
      kind: 'yes-no',
      name: 'allow',
      label: 'I allow privileged roles here (owners only)',
      value: auto?.allowedBy !== undefined,
    },
    ...lines.flat(),
  ];
}
