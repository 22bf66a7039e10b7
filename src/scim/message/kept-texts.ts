import type { GroupReference } from '../../storage/directory-user.js';
import type { JsonObject, StoredResource } from '../../storage/resource-store.js';
import type { ScimContext } from './scim-message.js';

const SLAB_BYTES = 1024 * 1024;
const COMMA = 0x2c;
/** What a user takes in an answer, roughly; a page that needs more grows. */
const EXPECTED_BYTES = 1400;

/** A resource of a page, with the groups it shows. */
export interface ListedResource {
  readonly resource: StoredResource;
  readonly groups: readonly GroupReference[];
}

/**
 * The texts of the resources that lists showed last, in UTF-8. An identity provider that imports reads the same pages
 * again and again, and most of what a page costs is making its text.
 */
export interface KeptTexts {
  /** The texts of a page with commas between. `write` is asked for what is not kept in exactly this form. */
  join(
    context: ScimContext,
    page: readonly ListedResource[],
    write: (listed: ListedResource) => JsonObject,
  ): Buffer<ArrayBuffer>;
}

/** Memory that is filled once from the beginning to the end; a text in it goes when all of it is used again. */
interface Slab {
  readonly bytes: Buffer;
  used: number;
  readonly ids: string[];
}

/** Where a text lies, and everything that it was made of. */
interface KeptText {
  readonly version: number;
  readonly lastModified: string;
  readonly groups: readonly GroupReference[];
  readonly organizationId: string;
  readonly directoryId: string;
  readonly baseUrl: string;
  readonly slab: Slab;
  readonly start: number;
  readonly end: number;
}

/**
 * Creates a {@link KeptTexts} that takes memory as it needs it, a megabyte at a time, up to `maxBytes`, and then forgets
 * the oldest. The texts lie outside the heap: there they would cost more in garbage collection than they save.
 */
export function createKeptTexts(maxBytes: number): KeptTexts {
  const slabs: Slab[] = [];
  const texts = new Map<string, KeptText>();

  function slabWithRoom(bytes: number): Slab {
    const last = slabs.at(-1);
    if (last && last.used + bytes <= SLAB_BYTES) return last;
    const oldest = (slabs.length + 1) * SLAB_BYTES > maxBytes ? slabs.shift() : undefined;
    for (const id of oldest?.ids ?? []) if (texts.get(id)?.slab === oldest) texts.delete(id);
    const slab = { bytes: oldest?.bytes ?? Buffer.allocUnsafeSlow(SLAB_BYTES), used: 0, ids: [] };
    slabs.push(slab);
    return slab;
  }

  function keep({ scope, baseUrl }: ScimContext, { resource, groups }: ListedResource, text: Buffer): void {
    if (text.length > SLAB_BYTES / 16) return;
    const { id, version, lastModified } = resource;
    const slab = slabWithRoom(text.length);
    const start = slab.used;
    slab.used += text.copy(slab.bytes, start);
    slab.ids.push(id);
    const { organizationId, directoryId } = scope;
    const madeOf = { version, lastModified, groups, organizationId, directoryId, baseUrl };
    texts.set(id, { ...madeOf, slab, start, end: slab.used });
  }

  return {
    join(context, page, write) {
      const joined = new Joined(page.length * EXPECTED_BYTES);
      for (const listed of page) {
        const kept = texts.get(listed.resource.id);
        if (kept && isText(kept, context, listed)) joined.add(kept.slab.bytes, kept.start, kept.end);
        else {
          const text = Buffer.from(JSON.stringify(write(listed)));
          joined.add(text, 0, text.length);
          keep(context, listed, text);
        }
      }
      return joined.bytes();
    },
  };
}

/** The version says what the attributes are, whatever object they come in. */
function isText(kept: KeptText, { scope, baseUrl }: ScimContext, { resource, groups }: ListedResource): boolean {
  return (
    kept.version === resource.version &&
    kept.lastModified === resource.lastModified &&
    kept.organizationId === scope.organizationId &&
    kept.directoryId === scope.directoryId &&
    kept.baseUrl === baseUrl &&
    kept.groups.length === groups.length &&
    kept.groups.every(({ id, displayName }, index) => {
      const group = groups[index];
      return id === group?.id && displayName === group.displayName;
    })
  );
}

/** Texts one after the other, with commas between. */
class Joined {
  #bytes: Buffer<ArrayBuffer>;
  #used = 0;

  constructor(expected: number) {
    this.#bytes = Buffer.allocUnsafe(expected);
  }

  add(source: Buffer, start: number, end: number): void {
    const needed = this.#used + 1 + end - start;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * needed);
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    if (this.#used > 0) this.#bytes[this.#used++] = COMMA;
    this.#used += source.copy(this.#bytes, this.#used, start, end);
  }

  bytes(): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#used);
  }
}
