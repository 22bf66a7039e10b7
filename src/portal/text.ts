import { readableTime } from '../core/readable-time.js';
import { type Html, html } from './html.js';

const SHOWN = 80;
const TOLD = 200;
/** What turns the direction of the text around it. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const UNSEEN = '(a name that cannot be seen)';

/**
 * A name that somebody else has given: in its own direction of writing, so that it cannot turn the text around it, and
 * short, with more of it as a tooltip.
 */
export function name(text: string): Html {
  const short = shortened(text, SHOWN);
  if (!isSeen(short)) return html`<bdi>${UNSEEN}</bdi>`;
  if (short === text) return html`<bdi>${text}</bdi>`;
  return html`<bdi title="${shortened(text, TOLD)}">${short}</bdi>`;
}

/** A name where there are no elements: in choices, attributes and pictures. */
export function plainName(text: string, most: number = SHOWN): string {
  const short = shortened(text, most).replace(TURNING, '');
  return isSeen(short) ? short : UNSEEN;
}

/** A text that somebody copies as it is. */
export function copied(text: string): Html {
  return html`<code class="copied" data-copy>${text}</code>`;
}

/** A time, with its zone. */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${readableTime(iso)}</time>`;
}

/** So many of something: `1 person`, `2,000 people`. */
export function count(number: number, one: string, several: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : several}`;
}

function isSeen(text: string): boolean {
  return /[^\p{C}\p{Z}\p{M}\u115f\u1160\u3164\uffa0\u2800]/u.test(text);
}

function shortened(text: string, most: number): string {
  // Twice as many units as code points at most, so that a long text is not taken apart as a whole.
  const points = [...text.slice(0, most * 2 + 2)];
  return points.length > most ? `${points.slice(0, most).join('')}…` : text;
}
