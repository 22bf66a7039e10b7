import { type Html, html } from './html.js';

const SHOWN = 80;
const TOLD = 200;

/**
 * A name that somebody else has given: in its own direction of writing, so that it cannot turn the text around it, and
 * short, with more of it as a tooltip.
 */
export function name(text: string): Html {
  const short = shortened(text, SHOWN);
  if (short === text) return html`<bdi>${text}</bdi>`;
  return html`<bdi title="${shortened(text, TOLD)}">${short}</bdi>`;
}

/** A text that somebody copies as it is. */
export function copied(text: string): Html {
  return html`<code class="copied" data-copy>${text}</code>`;
}

/** A time, with its zone. */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}

function shortened(text: string, most: number): string {
  // Twice as many units as code points at most, so that a long text is not taken apart as a whole.
  const points = [...text.slice(0, most * 2 + 2)];
  return points.length > most ? `${points.slice(0, most).join('')}…` : text;
}
