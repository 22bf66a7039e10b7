/**
 * A map for keys that come and go. A `Map` keeps what was deleted in the way of look-ups until it is rebuilt, which a
 * large one seldom is: setting and deleting one key again and again makes it slower and slower (100 µs were seen). Here
 * a deleted key leaves its place vacant, to be taken again, and the map is tidied when half of it is vacant.
 */
export class SteadyMap<V extends object> {
  #places = new Map<string, V | undefined>();
  #vacant = 0;

  has(key: string): boolean {
    return this.#places.get(key) !== undefined;
  }

  get(key: string): V | undefined {
    return this.#places.get(key);
  }

  set(key: string, value: V): void {
    if (this.#vacant > 0 && this.#places.has(key) && !this.has(key)) this.#vacant -= 1;
    this.#places.set(key, value);
  }

  delete(key: string): void {
    if (!this.has(key)) return;
    this.#places.set(key, undefined);
    this.#vacant += 1;
    if (this.#vacant * 2 > this.#places.size) this.#tidy();
  }

  keys(): string[] {
    return Array.from(this.#places.keys()).filter((key) => this.has(key));
  }

  #tidy(): void {
    this.#places = new Map(Array.from(this.#places).filter(([, value]) => value !== undefined));
    this.#vacant = 0;
  }
}
