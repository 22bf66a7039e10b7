import { AdminProblem } from '../../admin/admin-problem.js';
import { isStorableText } from '../../core/storable-text.js';

/** The segments of a path below the mount, decoded. @throws {AdminProblem} `not_found` for what no store can hold. */
export function pathSegments(url: string): readonly string[] {
  const [path = ''] = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '').split(/[?#]/, 1);
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      const text = decoded(segment);
      if (text === undefined || !isStorableText(text)) throw new AdminProblem('not_found');
      return text;
    });
}

/** The query of a URL, as it was sent. */
export function queryText(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
