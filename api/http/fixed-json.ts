import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

/**
 * JSON that stays the same while the server runs: written once, so that asking for it again costs little, and whoever has
 * it already hears so.
 */
export class FixedJson {
  readonly #text: Buffer;
  readonly #zipped: Buffer;
  readonly #etag: string;

  constructor(value: object) {
    this.#text = Buffer.from(JSON.stringify(value));
    this.#zipped = gzipSync(this.#text);
    // Weak: the same for both writings of it.
    this.#etag = `W/"${createHash('sha256').update(this.#text).digest('base64url')}"`;
  }

  answer(request: Request, response: Response): void {
    response.vary('Accept-Encoding');
    response.set({ ETag: this.#etag, 'Cache-Control': 'no-cache' });
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    const zip = request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
    const bytes = zip ? this.#zipped : this.#text;
    response.set({
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': bytes.length.toString(),
      ...(zip ? { 'Content-Encoding': 'gzip' } : {}),
    });
    response.status(200).end(request.method === 'HEAD' ? undefined : bytes);
  }
}
