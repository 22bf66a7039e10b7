import type { IncomingMessage } from 'node:http';

/** Why a body could not be read. */
export type BodyFault = 'too-large' | 'ended-early';

/** Reads the body of a request, at most so many bytes. */
export async function readBodyBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer | BodyFault> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 'too-large';
  // Whoever has gone meanwhile sends nothing any more, not even an end.
  if (request.destroyed) return 'ended-early';
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.pause();
        resolve('too-large');
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    // An upload that is broken off is the client's fault, whichever of the two tells first.
    for (const end of ['error', 'close']) {
      request.on(end, () => {
        if (!request.readableEnded) resolve('ended-early');
      });
    }
  });
}
