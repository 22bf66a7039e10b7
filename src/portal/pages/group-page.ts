import type { GroupPlaceAnswer } from '../../admin/mapping-routes.js';
import type { FormField } from '../field.js';
import { form } from '../form.js';
import { html } from '../html.js';
import { definePage, type PortalPage } from '../page-view.js';
import { name } from '../text.js';

const EMPTY_LINES = 3;

/** What one group gives, to be changed. */
export const groupPage: PortalPage = definePage<GroupPlaceAnswer>({
  route: 'get-group',
  title: ({ group }) => `Group: ${group.displayName.slice(0, 80)}`,
  render: (view, answer) => {
    const { directory, group, mode, version, teams } = answer;
    const params = { directoryId: directory.id, groupId: group.id };
    return html`
<p>${name(group.displayName)} has ${group.memberCount} members.</p>
${mode !== 'manual' && html`<p>Groups are mapped one by one in manual mode only.</p>`}
${
  mode === 'manual' &&
  form(view, {
    action: 'preview-group',
    params,
    hidden: { version: String(version) },
    submit: 'Preview',
    fields: rowFields(answer),
    more: html`<p class="quiet">Teams: ${teams.slice(0, 30).map((team) => html`${name(team.name)}; `)}</p>`,
  })
}
<p><a href="${view.link('list-groups', { directoryId: directory.id })}">Back to the groups</a></p>`;
  },
});

function rowFields({ group, roles }: GroupPlaceAnswer): readonly FormField[] {
  const options = [...new Set([...roles.team, ...roles.organization])].map((value) => ({ value, label: value }));
  const lines = [...group.rows, ...Array.from({ length: EMPTY_LINES }, () => undefined)];
  return lines.flatMap((row, index): readonly FormField[] => {
    const which = index + 1;
    const isOrganization = row?.target === 'organization';
    return [
      {
        kind: 'text',
        name: `rows.${index}.teamName`,
        label: `Team ${which}`,
        hint: row ? 'Empty it to take this line away.' : 'By its name.',
        ...(row && !isOrganization && { value: row.place }),
      },
      {
        kind: 'choice',
        name: `rows.${index}.target`,
        label: `Or the organization itself ${which}`,
        options: [
          { value: '', label: 'a team' },
          { value: 'organization', label: 'the organization' },
        ],
        value: isOrganization ? 'organization' : '',
      },
      { kind: 'choice', name: `rows.${index}.role`, label: `Role ${which}`, options, ...(row && { value: row.role }) },
      {
        kind: 'yes-no',
        name: `rows.${index}.allow`,
        label: `I allow line ${which} to give a privileged role (owners only)`,
        value: row?.allowedBy !== undefined,
      },
    ];
  });
}
