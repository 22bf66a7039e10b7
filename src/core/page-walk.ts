/** Some of a list; without `next` it is the end of it. */
interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/**
 * Walks over a list, a page in memory at a time.
 * @param read answers the page behind `after`: `''`, and then the `next` of the page before
 */
export async function* walkPages<T>(read: (after: string) => Promise<ListPage<T>>): AsyncGenerator<readonly T[], void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: ListPage<T> = await read(after);
    yield page.items;
    after = page.next;
  }
}
