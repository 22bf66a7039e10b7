import { type FieldLine, type FormField, field } from './field.js';
import { type Html, type HtmlPart, html } from './html.js';
import type { PageView, SubmittedForm } from './page-view.js';
import { problemBox } from './problem-box.js';
import { name } from './text.js';

interface FormShape {
  /** The route that takes it. */
  readonly action: string;
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly params?: Readonly<Record<string, string>>;
  readonly fields?: readonly (FormField | FieldLine)[];
  /** Sent along: versions, digests. */
  readonly hidden?: Readonly<Record<string, string>>;
  readonly submit: string;
  /** Names the form for people who do not see where it stands. */
  readonly label?: string;
  /** Whether it takes something away. */
  readonly danger?: boolean;
  /** Whether it stands beside one that is more to be expected. */
  readonly second?: boolean;
  /** What stands before the button. */
  readonly more?: HtmlPart;
}

/**
 * A form for a route. After a failure it shows what was typed, with what is wrong beside the fields; secrets are typed again.
 */
export function form(view: PageView, shape: FormShape): Html {
  const {
    action,
    method = 'POST',
    params = {},
    fields = [],
    hidden = {},
    submit,
    label,
    danger = false,
    second = false,
    more,
  } = shape;
  const formId = view.formId();
  const questions = fields.flatMap((each) => (each.kind === 'line' ? each.fields : [each]));
  const failed = failedForm(view, action, params);
  const faults = (failed?.problem.faults ?? []).map((fault) => ({ ...fault, at: fieldAt(fault.path, questions) }));
  const faultsOf = (name: string | undefined) => faults.filter(({ at }) => at === name);
  const sent = { _token: view.formToken, _key: view.formKey(), ...hidden };
  const address = view.link(action, params, method === 'POST' ? {} : { method });
  const asked = (each: FormField) => {
    const wrong = faultsOf(each.name).map(({ message }) => message);
    return field(each, formId, failed?.values.get(each.name), wrong);
  };
  const look = danger ? 'danger' : second ? 'second' : undefined;
  return html`<form method="post" action="${address}"${label !== undefined && html` aria-label="${label}"`}>
${failed && problemBox(failed.problem, faultsOf(undefined))}
${failed?.problem.code === 'stale_version' && choice(view, failed, questions)}
${Object.entries(sent).map(([key, value]) => html`<input type="hidden" name="${key}" value="${value}">`)}
${fields.map((each) => (each.kind === 'line' ? html`<fieldset class="line"><legend>${each.label}</legend>${each.fields.map(asked)}</fieldset>` : asked(each)))}
${more}
<p><button${look !== undefined && html` class="${look}"`}>${failed?.problem.code === 'stale_version' ? `${submit} in place of that` : submit}</button></p>
</form>`;
}

function failedForm(
  { submitted }: PageView,
  action: string,
  params: Readonly<Record<string, string>>,
): SubmittedForm | undefined {
  if (submitted?.action !== action) return undefined;
  return Object.entries(params).every(([key, value]) => submitted.params[key] === value) ? submitted : undefined;
}

/** The field that a fault stands beside. What is wrong with a line as a whole stands beside its first field. */
function fieldAt(faultPath: string, fields: readonly FormField[]): string | undefined {
  const path = faultPath.replace(/\[(\d+)\]/g, '.$1');
  const own = fields.find(({ name }) => path === name || path.startsWith(`${name}.`));
  const place = own ?? (/\.\d+$/.test(path) ? fields.find(({ name }) => name.startsWith(`${path}.`)) : undefined);
  return place?.name;
}

/** Both versions, where somebody else was faster: what was typed, and what is there now. */
function choice(view: PageView, { values }: SubmittedForm, fields: readonly FormField[]): Html {
  const others = fields.flatMap((each) => {
    const [mine, now] = [typedText(each, values.get(each.name)), currentText(each)];
    const isSame = mine === now || each.kind === 'secret';
    return isSame ? [] : [{ label: each.label, mine: inWords(each, mine), now: inWords(each, now) }];
  });
  return html`<div class="notice"><p>Look at both, then send yours again, or <a href="${view.here({})}">take what is there</a>.</p>
<table><thead><tr><th scope="col">Field</th><th scope="col">Yours</th><th scope="col">There now</th></tr></thead><tbody>${others.map(
    ({ label, mine, now }) =>
      html`<tr><th scope="row">${label}</th><td>${mine === '' ? 'empty' : name(mine)}</td><td>${now === '' ? 'empty' : name(now)}</td></tr>`,
  )}</tbody></table></div>`;
}

/** What was typed, as {@link currentText} tells what there is. */
function typedText({ kind }: FormField, texts: readonly string[] = []): string {
  if (kind === 'several') return texts.filter((text) => text !== '').join(', ');
  // Browsers send the ends of lines as two characters.
  return (texts.at(-1) ?? '').replaceAll('\r\n', '\n');
}

/** A choice by its label. */
function inWords(shape: FormField, value: string): string {
  if (shape.kind === 'yes-no') return value === 'true' ? 'yes' : 'no';
  if (shape.kind !== 'choice') return value;
  return shape.options.find((option) => option.value === value)?.label ?? value;
}

function currentText(shape: FormField): string {
  switch (shape.kind) {
    case 'secret':
      return '';
    case 'yes-no':
      return String(shape.value === true);
    case 'several':
      return (shape.values ?? []).join(', ');
    case 'time':
      return shape.value?.slice(0, 16) ?? '';
    default:
      return shape.value ?? '';
  }
}
