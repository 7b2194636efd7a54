import type { CodeName } from './codes.js';

/** What the dialect itself refuses, before or beside the domain. */
export class TencentRefused extends Error {
  override readonly name = 'TencentRefused';
  /** @param detail what goes behind the code's text, for whoever writes the app */
  constructor(
    readonly code: CodeName,
    readonly detail = '',
  ) {
    super(`${code}: ${detail}`);
  }
}
