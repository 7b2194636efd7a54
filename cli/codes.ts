/** The exit codes of a command, for its help. */
export const codes = (done: string, failed = 'it failed'): string =>
  `\nExit codes: 0 ${done}, 1 ${failed}, 2 wrong words, 130 Ctrl-C.`;
