import type { Response } from 'express';
import { answerJson } from '../../http/answer.js';
import { TEXT } from './edge.js';

/** A success, or one of the refusals that 004 says with HTTP 200; `result` is absent where there is none. */
export interface Answer {
  /** Default 200. */
  readonly code?: number;
  readonly result?: unknown;
  /** Whole `Set-Cookie` values: no other answer may set one. */
  readonly cookies?: readonly string[];
}

/** An error's status and text; or a `code` with HTTP 200. */
export type Refusal =
  | { readonly status: number; readonly text: string; /** Default true. */ readonly cacheControl?: boolean }
  | Required<Pick<Answer, 'code'>>;

const PRIVATE = { 'Cache-Control': 'private' } as const;

export function answer(response: Response, { code = 200, result, cookies = [] }: Answer): void {
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies);
  answerJson(response, 200, result === undefined || result === null ? { code } : { code, result }, PRIVATE);
}

export function refuse(response: Response, refusal: Refusal): void {
  if ('code' in refusal) {
    answer(response, refusal);
    return;
  }
  const { status, text, cacheControl = true } = refusal;
  response.writeHead(status, {
    'Content-Type': TEXT,
    'Content-Length': Buffer.byteLength(text),
    ...(cacheControl ? PRIVATE : {}),
  });
  response.end(text);
}
