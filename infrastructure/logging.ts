import pino, { type DestinationStream } from 'pino';
import type { Logger } from '../application/ports/logger.js';
import type { LogLevel } from './config/environment.js';
import { lineWriter } from './line-writer.js';

/** An error's message may be needed; what it was about (a statement's parameters, a payload) may be personal and stays out. */
function plain(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: plain(error.cause) } : {};
  const message = unquoted(error.message);
  // A stack begins with the message.
  const stack = message === error.message ? error.stack : error.stack?.replaceAll(error.message, () => message);
  return { type: error.name, message, stack, ...code, ...cause };
}

/**
 * PostgreSQL and JSON's parser quote what they were given where they can't read it, which may be anything that somebody said.
 * Names of tables, columns and the like are quoted elsewhere and stay.
 */
const QUOTING = [
  /(invalid input syntax for type [^:]*: )"[\s\S]*"/g,
  /((?:value|range|zone|interval|escape sequence|literal)[^"\n]*: )"[\s\S]*"/g,
  /(value )"[\s\S]*"(?= is out of range)/g,
  /(Unexpected [^\n]*?, )(?:\.\.\.)?"[\s\S]*"(?:\.\.\. )?(?= ?is not valid JSON)/g,
];

const unquoted = (text: string): string =>
  QUOTING.reduce((said, pattern) => said.replace(pattern, '$1"…"'), text).replace(
    /(Unexpected token )'[\s\S]*?'/g,
    "$1'…'",
  );

const said = (error: unknown): unknown => (typeof error === 'string' ? unquoted(error) : plain(error));

/** In the shape of pino's own warnings. */
const droppedLine = (dropped: number): string =>
  `${JSON.stringify({ level: 40, time: Date.now(), dropped, msg: 'log lines were dropped: their destination took none' })}\n`;

/** JSON lines on stderr, so that stdout stays for what the program was asked for. Logging holds nothing up. */
export const makeLogger = (
  level: LogLevel,
  destination: DestinationStream = lineWriter(2, { onDropped: droppedLine }),
): Logger => pino({ level, base: null, serializers: { err: plain, error: said } }, destination);
