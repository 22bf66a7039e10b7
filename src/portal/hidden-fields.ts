/** A value as hidden fields of a form, by the names that the form is read by: `rows.0.role`. */
export function hiddenFields(value: object, before = ''): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const [name, inside] of Object.entries(value)) {
    const path = `${before}${name}`;
    if (Array.isArray(inside) && inside.every((each) => typeof each === 'string')) {
      if (inside.length > 0) fields[path] = inside.join('\n');
    } else if (typeof inside === 'object' && inside !== null) {
      Object.assign(fields, hiddenFields(inside, `${path}.`));
    } else if (inside !== undefined && inside !== null) fields[path] = String(inside);
  }
  return fields;
}
