import type { Response } from 'express';
import { answerJson } from '../../http/answer.js';
import { codes, type CodeName } from './codes.js';

/** Every answer of 003. `data` is left out where the answer has no fields. */
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
  ...(data === undefined ? {} : { data: withNullLists(data) }),
});

/** The lists that are `[]` when they are empty: clients read the first item of these without looking. */
const ALWAYS_LISTS: ReadonlySet<string> = new Set(['usersInfo']);

/** Every other empty list is null, as the original writes it: clients read the first item of any list that isn't. */
function withNullLists(value: object): object;
function withNullLists(value: unknown, name?: string): unknown;
function withNullLists(value: unknown, name = ''): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.length === 0 && !ALWAYS_LISTS.has(name) ? null : value.map((item: unknown) => withNullLists(item));
  }
  // Most are the items of a long list, and flat.
  if (!Object.values(value).some((member) => typeof member === 'object')) return value;
  return Object.fromEntries(Object.entries(value).map(([member, held]) => [member, withNullLists(held, member)]));
}

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

export const NO_STORE = { 'Cache-Control': 'no-store' } as const;

export function send(response: Response, envelope: Envelope, status: 200 | 404 = 200): void {
  answerJson(response, status, envelope, NO_STORE);
}
