import type { MappingPreview, NamedPeople } from '../../admin/mapping-preview.js';
import { form } from '../form.js';
import { hiddenFields } from '../hidden-fields.js';
import { type Html, html } from '../html.js';
import { listTable } from '../list-table.js';
import { mappingPicture } from '../mapping-picture.js';
import { definePage, type PortalPage } from '../page-view.js';
import { count, name } from '../text.js';

const of = (route: string): PortalPage =>
  definePage<MappingPreview>({
    route,
    title: () => 'What saving would do',
    render: (view, preview) => {
      const { counts, lines, linesLeftOut, places, placesLeftOut, newTeams, renamedTeams, conflicts } = preview;
      const { save, version, digest, from, to, needsConfirmation } = preview;
      return html`
${from !== to && html`<p class="notice">The mode changes from ${from} to ${to}: all provisioned people leave their teams, and the mappings are reset.</p>`}
<p><strong>${count(counts.people, 'person is', 'people are')}</strong> concerned: <span class="gains">${count(counts.gained, 'place', 'places')} gained</span>, <span class="loses">${counts.lost} lost</span>, ${counts.changed} with another role.</p>
${lines.length > 0 && html`<h2>Groups and what they give</h2>${mappingPicture(lines)}${leftOut(linesLeftOut, 'lines')}`}
${newTeams.length > 0 && html`<h2>Teams that are made</h2><ul>${newTeams.map((team) => html`<li>${name(team)}</li>`)}</ul>`}
${renamedTeams.length > 0 && html`<h2>Teams that get another name</h2><ul>${renamedTeams.map((team) => html`<li>${name(team)}</li>`)}</ul>`}
${conflicts.length > 0 && html`<h2>Groups without a team</h2><ul>${conflicts.map(({ group, sentence }) => html`<li>${name(group)}: ${sentence}</li>`)}</ul>`}
${
  places.length > 0 &&
  html`<h2>Who gains and who loses</h2>${listTable(
    'People',
    ['Place', 'Gain it', 'Lose it', 'Another role'],
    places.map(({ place, gaining, losing, changing }) => [name(place), some(gaining), some(losing), some(changing)]),
  )}${leftOut(placesLeftOut, 'places')}`
}
<h2>Save it?</h2>
${needsConfirmation && html`<p>This is a large change, or another mode. Saving confirms that you have looked at it.</p>`}
${form(view, {
  action: save.route,
  method: 'PUT',
  params: save.params,
  hidden: { ...hiddenFields(save.wish), version: String(version), confirm: digest },
  submit: needsConfirmation ? 'Yes, save and apply' : 'Save and apply',
  danger: needsConfirmation,
})}
<p><a href="${view.link('list-groups', { directoryId: preview.directory.id })}">Leave it as it is</a></p>`;
    },
  });

/** What a mapping would do, as a picture and a list. */
export const mappingPreviewPage: PortalPage = of('preview-mapping');

/** The same for one group. */
export const groupPreviewPage: PortalPage = of('preview-group');

function some({ count: all, first }: NamedPeople): Html {
  if (all === 0) return html`<span class="quiet">nobody</span>`;
  const more = all - first.length;
  return html`<strong>${all.toLocaleString('en')}</strong>: ${first.map((person, index) => html`${index > 0 && ', '}${name(person.name)}`)}${more > 0 && html` and ${more} more`}`;
}

function leftOut(left: number, what: string): Html | false {
  return (
    left > 0 &&
    html`<p class="quiet">${left.toLocaleString('en')} more ${what} are not shown; the counts hold all of them.</p>`
  );
}
