import { DIRECTORY_ID, MOUNT, noteProgress, type ServerSettings } from './serve.js';

/** A resource as it is answered: what `bare` keeps and turns into text with each request. */
export interface Resource {
  readonly id: string;
  readonly meta: ResourceMeta;
  readonly [name: string]: unknown;
}

export interface ResourceMeta {
  readonly resourceType: string;
  readonly created: string;
  lastModified: string;
  readonly location: string;
  version: string;
}

/** Where the other servers get their data from: the answers of ours, so that all have the same. */
export interface Origin {
  users(): AsyncGenerator<Resource>;
  groups(): AsyncGenerator<Resource>;
}

export function openOrigin(name: string, { origin, scale }: ServerSettings): Origin {
  if (!origin) throw new TypeError('this server is filled from another and needs to know it');
  const { port, token } = origin;

  async function get(path: string): Promise<unknown> {
    const url = `http://127.0.0.1:${port}${MOUNT}/${DIRECTORY_ID}${path}`;
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`GET ${path} was answered with ${answer.status}`);
    return answer.json();
  }

  return {
    async *users() {
      let met = 0;
      let cursor: string | undefined = '';
      while (cursor !== undefined) {
        const page = (await get(`/Users?count=1000&cursor=${cursor}`)) as Page;
        yield* page.Resources;
        cursor = page.nextCursor;
        met += page.Resources.length;
        noteProgress(`users of ${name}`, met, scale.users);
      }
    },

    async *groups() {
      const list = (await get('/Groups?count=1000&attributes=id')) as Page;
      for (const { id } of list.Resources) yield (await get(`/Groups/${id}`)) as Resource;
    },
  };
}

interface Page {
  readonly Resources: readonly Resource[];
  readonly nextCursor?: string;
}
