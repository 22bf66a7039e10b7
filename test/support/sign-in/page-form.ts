/** A form as a browser would send it when somebody presses one of its buttons. */
interface PageForm {
  readonly action: string | undefined;
  readonly fields: URLSearchParams;
}

type Texts = Readonly<Record<string, string>>;

/**
 * Finds the form with a button of that label, and fills it in; a choice may be told by its label.
 * @param near HTML that the form holds, or stands behind, where several have such a button
 */
export function formWithButton(html: string, label: string, filledIn: Texts, near?: string): PageForm {
  const start = near === undefined ? 0 : html.indexOf(near);
  if (start < 0) throw new Error(`there is no ${near} in ${html}`);
  for (const match of html.matchAll(/<form([^>]*)>(.*?)<\/form>/gs)) {
    const [whole, head = '', content = ''] = match;
    if (match.index + whole.length < start) continue;
    const button = [...content.matchAll(/<button([^>]*)>(.*?)<\/button>/gs)].find(
      ([, , text]) => textOf(text) === label,
    );
    if (!button) continue;
    const fields = new URLSearchParams();
    for (const [name, value] of [...inputsOf(content), ...textAreasOf(content), ...choicesOf(content, filledIn)])
      fields.append(name, value);
    for (const [name, value] of Object.entries(filledIn)) {
      if (!new RegExp(` name="${name.replaceAll('.', '\\.')}"`).test(content))
        throw new Error(`no field ${name} in ${content}`);
      if (!isChoice(content, name)) fields.set(name, value);
    }
    const pressed = attributesOf(button[1] ?? '');
    if (pressed['name'] !== undefined) fields.set(pressed['name'], pressed['value'] ?? '');
    return { action: attributesOf(head)['action'], fields };
  }
  throw new Error(`there is no button ${label} in ${html}`);
}

/** Where a link of that text leads. */
export function linkTarget(html: string, text: string): string {
  const link = [...html.matchAll(/<a\s([^>]*)>(.*?)<\/a>/gs)].find(([, , content]) => textOf(content) === text);
  const { href } = attributesOf(link?.[1] ?? '');
  if (href === undefined) throw new Error(`there is no link ${text} in ${html}`);
  return href;
}

/** What a reader sees, in one line. */
export function textOf(html = ''): string {
  return decoded(html.replaceAll(/<(style|script)[^>]*>.*?<\/\1>/gs, '').replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function inputsOf(content: string): readonly (readonly [string, string])[] {
  return [...content.matchAll(/<input([^>]*)>/g)].flatMap(([, attributes = '']) => {
    const { name, value = '', type } = attributesOf(attributes);
    const isLeftOut = type === 'checkbox' && !/ checked/.test(attributes);
    return name === undefined || isLeftOut ? [] : [[name, value] as const];
  });
}

function textAreasOf(content: string): readonly (readonly [string, string])[] {
  return [...content.matchAll(/<textarea([^>]*)>\n?(.*?)<\/textarea>/gs)].map(
    ([, attributes = '', text = '']) => [attributesOf(attributes)['name'] ?? '', decoded(text)] as const,
  );
}

function choicesOf(content: string, filledIn: Texts): readonly (readonly [string, string])[] {
  return [...content.matchAll(/<select([^>]*)>(.*?)<\/select>/gs)].map(([, attributes = '', inside = '']) => {
    const { name = '' } = attributesOf(attributes);
    const options = [...inside.matchAll(/<option([^>]*)>(.*?)<\/option>/gs)].map(([, own = '', text]) => ({
      label: textOf(text),
      value: attributesOf(own)['value'] ?? textOf(text),
      isSelected: / selected/.test(own),
    }));
    const wanted = filledIn[name];
    const chosen =
      wanted === undefined
        ? (options.find(({ isSelected }) => isSelected) ?? options[0])
        : options.find(({ label, value }) => label === wanted || value === wanted);
    if (!chosen) throw new Error(`there is no ${wanted} to choose for ${name} in ${inside}`);
    return [name, chosen.value] as const;
  });
}

function isChoice(content: string, name: string): boolean {
  return [...content.matchAll(/<select([^>]*)>/g)].some(
    ([, attributes = '']) => attributesOf(attributes)['name'] === name,
  );
}

function attributesOf(text: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, decoded(value)]),
  );
}

const NAMED: Texts = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return hex === undefined ? (NAMED[name] ?? whole) : String.fromCodePoint(Number.parseInt(hex, 16));
  });
}
