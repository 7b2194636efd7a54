/** Where the command's words go; a test gives its own. */
export interface Terminal {
  /** What was asked for. */
  readonly out: (line: string) => void;
  /** What is said about it: errors and progress. */
  readonly err: (line: string) => void;
  /** Whether somebody watches what `err` says. */
  readonly isTerminal: boolean;
  /** What `out` says is seen on: absent where it goes into a file or a pipe. */
  readonly screen?: Screen;
}

/** A terminal that can be drawn on: what is written must be harmless. */
export interface Screen {
  readonly write: (text: string) => void;
  readonly rows: () => number;
  readonly columns: () => number;
}

/**
 * What people wrote is in there: a line break would forge a line of the history, an escape sequence could repaint the
 * terminal, a bidirectional control would show the words in another order.
 */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const codeOf = (character: string): string => (character.codePointAt(0) ?? 0).toString(16);

/** Lines that begin with a word; exit codes begin one of their own. */
const PARAGRAPH = /^\S.*(?:\n(?!Exit codes:)\S.*)*/gm;

/** Control characters are shown as what they are. */
export const shown = (text: string): string => text.replaceAll(CONTROL, (character) => `\\u{${codeOf(character)}}`);

/** On one line, or over several where it is for people to read too; the same value when it is read back. */
export const json = (value: unknown): string =>
  JSON.stringify(value).replaceAll(CONTROL, (character) => `\\u${codeOf(character).padStart(4, '0')}`);

/** Says lines without their control characters, whoever made them. */
export const harmless = ({ out, err, ...rest }: Terminal): Terminal => ({
  ...rest,
  out: (line) => {
    out(shown(line));
  },
  err: (line) => {
    err(shown(line));
  },
});

/** Paragraphs as wide as there is room; what is indented, and what comes behind an empty line, stands as it is. */
export function folded(text: string, columns: number): string {
  return text.replaceAll(PARAGRAPH, (paragraph) => {
    const lines: string[] = [''];
    for (const word of paragraph.split(/\s+/)) {
      const line = lines.at(-1) ?? '';
      if (line === '') lines[lines.length - 1] = word;
      else if (line.length + 1 + word.length <= columns) lines[lines.length - 1] = `${line} ${word}`;
      else lines.push(word);
    }
    return lines.join('\n');
  });
}

/** Says a text of several lines of ours. */
export function eachLine(text: string, say: (line: string) => void): void {
  for (const line of text.trimEnd().split('\n')) say(line);
}
