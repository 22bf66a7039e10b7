/** An application that people are pushed to, as an administrator enters it at an identity provider. */
export interface ScimConnection {
  readonly id: string;
  readonly scimBaseUrl: string;
  readonly token: string;
}

/** One request with its answer, to be shown. The token is not part of it. */
export interface ScimExchange {
  readonly method: string;
  readonly url: string;
  readonly request?: object;
  /** 0 when no answer came. */
  readonly status: number;
  readonly answer: unknown;
}

/** Somebody, or a group, as the application answers it. */
export interface ScimResource {
  readonly id: string;
  readonly userName?: string;
  readonly displayName?: string;
  readonly title?: string;
  readonly active?: boolean;
  readonly members?: readonly { readonly value: string }[];
}

/** Speaks SCIM 2.0 to an application, as identity providers do. */
export interface ScimClient {
  send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<ScimExchange>;
  /** The first hundred. */
  list(endpoint: '/Users' | '/Groups'): Promise<readonly ScimResource[]>;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function createScimClient({ scimBaseUrl, token }: Omit<ScimConnection, 'id'>): ScimClient {
  async function send(method: string, path: string, body?: object): Promise<ScimExchange> {
    const url = `${scimBaseUrl}${path}`;
    const sent = { method, url, ...(body && { request: body }) };
    try {
      const response = await fetch(url, {
        method,
        redirect: 'error',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { ...sent, status: response.status, answer: readAnswer(await response.text()) };
    } catch (error) {
      return { ...sent, status: 0, answer: `No answer: ${String(error)}` };
    }
  }

  return {
    send,
    async list(endpoint) {
      const { answer } = await send('GET', `${endpoint}?count=100`);
      return (answer as { readonly Resources?: readonly ScimResource[] } | undefined)?.Resources ?? [];
    },
  };
}

/** The body of a PATCH. */
export function patchOf(...Operations: readonly object[]): object {
  return { schemas: [PATCH_OP], Operations };
}

function readAnswer(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
