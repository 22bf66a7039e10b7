import type { ConfigurationFault } from '../core/option-faults.js';
import { type Html, html } from './html.js';
import type { ShownProblem } from './page-view.js';

/** What is wrong with something that was sent, who can mend it, and the faults that stand beside no field. */
export function problemBox({ sentence, mender }: ShownProblem, faults: readonly ConfigurationFault[]): Html {
  return html`<div class="problem" role="alert" tabindex="-1">
<p><strong>${sentence}</strong> ${mender}</p>
${faults.length > 0 && html`<ul>${faults.map(({ path, message }) => html`<li>${path} ${message}</li>`)}</ul>`}
</div>`;
}

/** Whether a page has told of the problem already, beside the form that it is about. */
export function tellsProblem({ html: text }: Html): boolean {
  return text.includes('<div class="problem"');
}
