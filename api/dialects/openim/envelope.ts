import type { Response } from 'express';
import { answerJson } from '../../http/answer.js';
import { codes, type CodeName } from './codes.js';

/** Every answer of seed 003, always with HTTP 200. `data` is left out where the answer has no fields. */
export interface Envelope {
  readonly errCode: number;
  readonly errMsg: string;
  readonly errDlt: string;
  readonly data?: object;
}

export const succeeded = (data: object | undefined): Envelope => ({
  errCode: 0,
  errMsg: '',
  errDlt: '',
  ...(data === undefined ? {} : { data }),
});

/**
 * `errMsg` is the error's name, `errDlt` the detail in the original's form `detail: [1004]RecordNotFoundError`. What the
 * original lets through as a violated unique index has a text that clients look for instead of a name.
 */
export function failed(name: CodeName | 'duplicateKey', detail: string): Envelope {
  const kind = name === 'duplicateKey' ? 'ServerInternalError' : name;
  const errCode = codes[kind];
  return {
    errCode,
    errMsg: name === 'duplicateKey' ? 'duplicate key' : kind,
    errDlt: `${detail}: [${errCode.toString()}]${kind}`,
  };
}

/** Web clients come from other origins, as with the original; the token is a header, never a cookie. */
export const OPEN_TO_BROWSERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'POST, OPTIONS',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '172800',
  'Cache-Control': 'no-store',
} as const;

export function send(response: Response, envelope: Envelope): void {
  answerJson(response, 200, envelope, OPEN_TO_BROWSERS);
}
