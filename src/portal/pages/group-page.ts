import type { GroupPlaceAnswer } from '../../admin/mapping-routes.js';
import type { FieldLine, FormField } from '../field.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { count, name, plainName } from '../text.js';

const EMPTY_LINES = 3;

/** What one group gives, to be changed. */
export const groupPage: PortalPage = definePage<GroupPlaceAnswer>({
  route: 'get-group',
  title: ({ group }) => `Group: ${plainName(group.displayName)}`,
  render: (view, answer) => {
    const { directory, group, mode, version, teams, next } = answer;
    const params = { directoryId: directory.id, groupId: group.id };
    return html`
<p>${name(group.displayName)} has ${count(group.memberCount, 'member', 'members')}. Each line gives all of them a place.</p>
${mode !== 'manual' && html`<p>Groups are mapped one by one in manual mode only.</p>`}
${
  mode === 'manual' &&
  form(view, {
    action: 'preview-group',
    params,
    hidden: { ...rowTargets(answer), others: 'keep', version: String(version) },
    submit: 'Preview',
    fields: rowFields(answer),
    more: html`<p class="quiet">${teams.length === 0 ? 'There is no team yet.' : html`Teams that there are: ${teams.slice(0, 30).map((team, index) => html`${index > 0 && ', '}${name(team.name)}`)}`}</p>`,
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

function rowFields({ group, roles }: GroupPlaceAnswer): readonly FieldLine[] {
  const choices = (names: readonly string[]) => names.map((value) => ({ value, label: value }));
  const allow = (index: number, value: boolean): FormField => ({
    kind: 'yes-no',
    name: `rows.${index}.allow`,
    label: `I allow line ${index + 1} to give a privileged role (owners only)`,
    value,
  });
  const there = group.rows.map(({ target, place, role, allowedBy }, index): FieldLine => {
    const given = target === 'organization' ? roles.organization : roles.team;
    return {
      kind: 'line',
      label: `Line ${index + 1}: ${plainName(place)}`,
      fields: [
        {
          kind: 'choice',
          name: `rows.${index}.role`,
          label: `Role ${index + 1}`,
          options: choices(given),
          value: role,
        },
        { kind: 'yes-no', name: `rows.${index}.keep`, label: `Keep line ${index + 1}`, value: true },
        allow(index, allowedBy !== undefined),
      ],
    };
  });
  const first = group.rows.length;
  const empty = Array.from({ length: EMPTY_LINES }, (_, line): FieldLine => {
    const index = first + line;
    const places = [
      { value: '', label: 'the team named here' },
      { value: 'organization', label: 'the organization itself' },
    ];
    const given = choices([...new Set([...roles.team, ...roles.organization])]);
    return {
      kind: 'line',
      label: `Line ${index + 1}: new`,
      fields: [
        { kind: 'text', name: `rows.${index}.teamName`, label: `Team ${index + 1}` },
        { kind: 'choice', name: `rows.${index}.target`, label: `It gives ${index + 1}`, options: places },
        { kind: 'choice', name: `rows.${index}.role`, label: `Role ${index + 1}`, options: given },
        allow(index, false),
      ],
    };
  });
  return [...there, ...empty];
}
