import type { GroupPlaceAnswer } from '../../admin/mapping-routes.js';
import type { FormField } from '../field.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { name, plainName } from '../text.js';

const EMPTY_LINES = 3;

/** What one group gives, to be changed. */
export const groupPage: PortalPage = definePage<GroupPlaceAnswer>({
  route: 'get-group',
  title: ({ group }) => `Group: ${plainName(group.displayName)}`,
  render: (view, answer) => {
    const { directory, group, mode, version, teams, next } = answer;
    const params = { directoryId: directory.id, groupId: group.id };
    return html`
<p>${name(group.displayName)} has ${group.memberCount} members.</p>
${mode !== 'manual' && html`<p>Groups are mapped one by one in manual mode only.</p>`}
${
  mode === 'manual' &&
  form(view, {
    action: 'preview-group',
    params,
    hidden: { ...rowTargets(answer), others: 'keep', version: String(version) },
    submit: 'Preview',
    fields: rowFields(answer),
    more: html`<p class="quiet">Teams: ${teams.map((team) => html`${name(team.name)}; `)}</p>`,
  })
}
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More places</a></p>`}
<p><a href="${view.link('list-groups', { directoryId: directory.id })}">Back to the groups</a></p>`;
  },
});

/** The rows that are there, known by what they give and not by its name, which others may have too. */
function rowTargets({ group }: GroupPlaceAnswer): Readonly<Record<string, string>> {
  return Object.fromEntries(group.rows.map(({ target }, index) => [`rows.${index}.target`, target]));
}

function rowFields({ group, roles }: GroupPlaceAnswer): readonly FormField[] {
  const choices = (names: readonly string[]) => names.map((value) => ({ value, label: value }));
  const allow = (index: number, value: boolean): FormField => ({
    kind: 'yes-no',
    name: `rows.${index}.allow`,
    label: `I allow line ${index + 1} to give a privileged role (owners only)`,
    value,
  });
  const there = group.rows.flatMap(({ target, place, role, allowedBy }, index): readonly FormField[] => [
    { kind: 'yes-no', name: `rows.${index}.keep`, label: `${index + 1}. ${plainName(place)}`, value: true },
    {
      kind: 'choice',
      name: `rows.${index}.role`,
      label: `Role ${index + 1}`,
      options: choices(target === 'organization' ? roles.organization : roles.team),
      value: role,
    },
    allow(index, allowedBy !== undefined),
  ]);
  const first = group.rows.length;
  const empty = Array.from({ length: EMPTY_LINES }, (_, line): readonly FormField[] => {
    const index = first + line;
    return [
      { kind: 'text', name: `rows.${index}.teamName`, label: `Team ${index + 1}`, hint: 'By its name.' },
      {
        kind: 'choice',
        name: `rows.${index}.target`,
        label: `Or the organization itself ${index + 1}`,
        options: [
          { value: '', label: 'a team' },
          { value: 'organization', label: 'the organization' },
        ],
      },
      {
        kind: 'choice',
        name: `rows.${index}.role`,
        label: `Role ${index + 1}`,
        options: choices([...new Set([...roles.team, ...roles.organization])]),
      },
      allow(index, false),
    ];
  });
  return [...there, ...empty.flat()];
}
