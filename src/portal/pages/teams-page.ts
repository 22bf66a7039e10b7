import type { TeamsAnswer } from '../../admin/team-routes.js';
import { html } from '../html.js';
import { listTable } from '../list-table.js';
import { definePage, type PortalPage } from '../page-view.js';
import { name } from '../text.js';

const EDITS = { 'rename-team': 'Rename', 'delete-team': 'Delete' } as const;

/** The teams of the organization: which group they belong to, and what is locked and why. */
export const teamsPage: PortalPage = definePage<TeamsAnswer>({
  route: 'list-teams',
  title: () => 'Teams',
  render: (view, { items, next }) => html`
${items.length === 0 && html`<p>There are no teams.</p>`}
${listTable(
  'Teams',
  ['Team', 'Group', 'Locked'],
  items.map(({ name: team, group, locks }) => [
    name(team),
    group ? html`${name(group.name)} of ${name(group.directoryName)}` : 'none',
    locks.length === 0
      ? 'nothing'
      : [...new Set(locks.map(({ lock }) => lock.sentence))].map(
          (sentence) =>
            html`<div><strong>${locks
              .filter(({ lock }) => lock.sentence === sentence)
              .map(({ edit }) => EDITS[edit])
              .join(', ')}</strong><small>${sentence}</small></div>`,
        ),
  ]),
)}
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More teams</a></p>`}`,
});
