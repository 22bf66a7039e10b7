import { type Html, html } from './html.js';

interface FieldBasis {
  /** As the route calls it; `preferences.scim` is a field of a field. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly required?: boolean;
}

/** One question of a form. */
export type FormField =
  | (FieldBasis & {
      readonly kind: 'text' | 'url' | 'long-text' | 'time' | 'number';
      readonly value?: string;
    })
  /** Never shown again, also not after a failure. */
  | (FieldBasis & { readonly kind: 'secret' })
  | (FieldBasis & { readonly kind: 'yes-no'; readonly value?: boolean })
  | (FieldBasis & {
      readonly kind: 'choice';
      readonly value?: string;
      readonly options: readonly { readonly value: string; readonly label: string }[];
    })
  | (FieldBasis & {
      readonly kind: 'several';
      readonly values?: readonly string[];
      readonly options: readonly { readonly value: string; readonly label: string }[];
    });

/** Questions that belong together, side by side where there is room. */
export interface FieldLine {
  readonly kind: 'line';
  readonly label: string;
  readonly fields: readonly FormField[];
}

/** A question with its label, its hint, and what is wrong with the last answer. `formId` is the form's own on the page. */
export function field(
  shape: FormField,
  formId: string,
  sent: readonly string[] | undefined,
  faults: readonly string[],
): Html {
  const { name, label, hint } = shape;
  const id = `${formId}-${name}`;
  const isWrong = faults.length > 0;
  const described = [hint !== undefined && `${id}-hint`, isWrong && `${id}-fault`].filter((each) => each !== false);
  const attributes = html` id="${id}" name="${name}"${described.length > 0 && html` aria-describedby="${described.join(' ')}"`}${isWrong && html` aria-invalid="true"`}${shape.required === true && html` required`}`;
  const notes = html`${hint !== undefined && html`<small id="${id}-hint">${hint}</small>`}${isWrong && html`<strong class="fault" id="${id}-fault">${label}: ${faults.join('; ')}</strong>`}`;
  if (shape.kind === 'several') {
    const chosen = new Set(sent ?? shape.values ?? []);
    return html`<fieldset><legend>${label}</legend>${shape.options.map(
      (option, index) =>
        html`<label class="check"><input type="checkbox" name="${name}" value="${option.value}" id="${id}-${index}"${chosen.has(option.value) && html` checked`}> ${option.label}</label>`,
    )}${notes}</fieldset>`;
  }
  if (shape.kind === 'yes-no') {
    const on = sent ? sent.at(-1) === 'true' : shape.value === true;
    return html`<div class="field"><input type="hidden" name="${name}" value="false"><label class="check"><input type="checkbox" value="true"${attributes}${on && html` checked`}> ${label}</label>${notes}</div>`;
  }
  return html`<div class="field"><label for="${id}">${label}</label>${notes}${input(shape, attributes, sent?.at(-1))}</div>`;
}

function input(
  shape: Exclude<FormField, { readonly kind: 'several' | 'yes-no' }>,
  attributes: Html,
  sent: string | undefined,
): Html {
  switch (shape.kind) {
    case 'secret':
      return html`<input type="password" autocomplete="off"${attributes}>`;
    case 'long-text':
      return html`<textarea rows="4"${attributes}>
${sent ?? shape.value}</textarea>`;
    case 'choice': {
      const chosen = sent ?? shape.value;
      return html`<select${attributes}>${shape.options.map(
        ({ value, label }) => html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`,
      )}</select>`;
    }
    case 'time':
      return html`<input type="datetime-local" step="60" value="${(sent ?? shape.value)?.slice(0, 16)}"${attributes}>`;
    case 'number':
      return html`<input type="number" value="${sent ?? shape.value}"${attributes}>`;
    case 'url':
    case 'text':
      return html`<input type="text" value="${sent ?? shape.value}"${attributes}>`;
  }
}
