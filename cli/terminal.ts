/** Where the command's words go; a test gives its own. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  readonly isTerminal: boolean;
}
