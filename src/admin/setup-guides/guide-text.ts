import type { GuideField, GuidePiece, GuidePlaceholder, GuideStep } from './setup-guide.js';

/** Text of a guide: what is inserted is the name of a value of the organization. */
export function text(texts: TemplateStringsArray, ...values: readonly GuidePlaceholder[]): readonly GuidePiece[] {
  return texts.flatMap((part, index) => {
    const value = values[index - 1];
    const pieces: readonly GuidePiece[] = value === undefined ? [part] : [{ value }, part];
    return pieces.filter((piece) => piece !== '');
  });
}

/** A step, with fields as `[label, content]`. */
export function step(
  title: string,
  content: readonly GuidePiece[],
  fields: readonly (readonly [label: string, content: readonly GuidePiece[]])[] = [],
): GuideStep {
  return { title, text: content, fields: fields.map(([label, value]): GuideField => ({ label, content: value })) };
}
