import type { ServerResponse } from 'node:http';
import { codes, type CodeName } from './codes.js';

/** Every answer of 002, by HTTP 200. */
export interface Envelope {
  readonly result: number;
  readonly message: string;
  readonly data: object;
}

export const succeeded = (data: object): Envelope => ({ result: 0, message: '', data });

/** @param detail for whoever writes the app, behind the text that clients show */
export function failed(name: CodeName, detail = ''): Envelope {
  const [result, text] = codes[name];
  return { result, message: detail === '' ? text : `${text}:${detail.slice(0, LONGEST_DETAIL)}`, data: {} };
}

const LONGEST_DETAIL = 500;

/** As the original's router says it, of a path or method that it doesn't serve. */
export function notFound(response: ServerResponse): void {
  const text = '404 page not found';
  response.writeHead(404, { 'Content-Type': 'text/plain', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}
