import type { BlastRadius } from '../provisioning/provisioning-policy.js';
import type { FormField } from './field.js';
import { type PointWords, valueOptions, valueWords } from './policy-words.js';

interface PolicyState {
  /** What the application has where the directory says nothing. */
  readonly application: object;
  readonly differs: object;
}

/** A question for each point of a policy; left empty, it is as the application has it. */
export function policyFields(words: Readonly<Record<string, PointWords>>, state: PolicyState): readonly FormField[] {
  return Object.entries(words).flatMap(([point, each]) => fieldsOf(point, each, state));
}

function fieldsOf(point: string, words: PointWords, { application, differs }: PolicyState): readonly FormField[] {
  const usual = valueWords(words, Reflect.get(application, point));
  const own: unknown = Reflect.get(differs, point);
  const basis = { name: `policy.${point}`, label: words.question };
  const hint = words.hint === undefined ? {} : { hint: words.hint };
  if (!words.values) {
    const value = own === undefined ? {} : { value: String(own) };
    const told = `${words.hint === undefined ? '' : `${words.hint} `}Empty is as in the application: ${usual}.`;
    return [{ ...basis, kind: 'text', hint: told, ...value }];
  }
  const limits = typeof own === 'object' ? (own as BlastRadius) : undefined;
  const options = [{ value: '', label: `As in the application: ${usual}` }, ...valueOptions(words)];
  const value = limits ? 'beyond' : own === undefined ? '' : String(own);
  const choice: FormField = { ...basis, ...hint, kind: 'choice', options, value };
  return point === 'blastRadius' ? [choice, ...limitFields(basis.name, limits)] : [choice];
}

function limitFields(name: string, limits: BlastRadius | undefined): readonly FormField[] {
  const field = (part: keyof BlastRadius, label: string, hint: string): FormField => ({
    kind: 'text',
    name: `${name}.${part}`,
    label,
    hint,
    ...(limits && { value: String(limits[part]) }),
  });
  return [
    field('people', 'Limit: people', 'More than so many have to lose something.'),
    field(
      'share',
      'Limit: share of all people',
      'A number from 0 to 1, such as 0.25, that has to be exceeded as well.',
    ),
    field('minutes', 'Limit: minutes', 'How far back is counted.'),
  ];
}
