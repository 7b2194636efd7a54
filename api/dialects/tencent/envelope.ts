import { codes, type CodeName } from './codes.js';

/** Every answer of 001, by HTTP 200. */
export interface Envelope {
  readonly ActionStatus: 'OK' | 'FAIL';
  readonly ErrorCode: number;
  readonly ErrorInfo: string;
}

export const succeeded = (answer: object): Envelope => ({
  ActionStatus: 'OK',
  ErrorCode: 0,
  ErrorInfo: '',
  ...answer,
});

/** @param detail for whoever writes the app, behind the code's text */
export function failed(name: CodeName, detail = ''): Envelope {
  return { ActionStatus: 'FAIL', ...errorOf(name, detail) };
}

/** The same of one item of a list that is answered. */
export function errorOf(name: CodeName, detail = ''): Pick<Envelope, 'ErrorCode' | 'ErrorInfo'> {
  const [ErrorCode, text] = codes[name];
  return { ErrorCode, ErrorInfo: detail === '' ? text : `${text}: ${detail.slice(0, LONGEST_DETAIL)}` };
}

const LONGEST_DETAIL = 500;
