import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Request, Response } from 'express';

interface Written {
  readonly text: Buffer;
  readonly zipped: Buffer;
  /** Weak: the same for both writings of it. */
  readonly etag: string;
}

/**
 * JSON that stays the same while the server runs: written once, when it is first asked for, as most servers never are; asking
 * for it again costs little, and whoever has it already hears so.
 */
export class FixedJson {
  #written: Written | undefined;

  constructor(private readonly make: () => object) {}

  answer(request: Request, response: Response): void {
    const { text, zipped, etag } = (this.#written ??= writing(this.make()));
    response.vary('Accept-Encoding');
    response.set({ ETag: etag, 'Cache-Control': 'no-cache' });
    if (request.fresh) {
      response.status(304).end();
      return;
    }
    const zip = request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
    const bytes = zip ? zipped : text;
    response.set({
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': bytes.length.toString(),
      ...(zip ? { 'Content-Encoding': 'gzip' } : {}),
    });
    response.status(200).end(request.method === 'HEAD' ? undefined : bytes);
  }
}

function writing(value: object): Written {
  const text = Buffer.from(JSON.stringify(value));
  return {
    text,
    zipped: gzipSync(text),
    etag: `W/"${createHash('sha256').update(text).digest('base64url')}"`,
  };
}
