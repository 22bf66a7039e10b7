import { type Html, html } from './html.js';

const WORDS: Readonly<Record<string, string>> = {
  submitted: 'waits for a decision',
  'needs-information': 'waits for an answer',
  active: 'active',
  rejected: 'rejected',
  disabled: 'disabled',
  pending: 'looked for',
  proved: 'proved',
  failed: 'not proved any more',
  expired: 'not proved in time',
};

/** A state in words. */
export function stateText(state: string): string {
  return WORDS[state] ?? state;
}

/** The same as a sign with a colour. */
export function stateWords(state: string): Html {
  return html`<span class="state state-${state}">${stateText(state)}</span>`;
}
