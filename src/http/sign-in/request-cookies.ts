import type { Request } from 'express';

export interface RequestCookie {
  readonly name: string;
  readonly value: string;
}

/** The cookies of a request whose names begin so. Names and values are of the kind that needs no decoding. */
export function readCookies({ headers }: Request, prefix: string): readonly RequestCookie[] {
  return (headers.cookie ?? '').split(';').flatMap((pair) => {
    const mark = pair.indexOf('=');
    const name = pair.slice(0, mark).trim();
    return mark > 0 && name.startsWith(prefix) ? [{ name, value: pair.slice(mark + 1).trim() }] : [];
  });
}
