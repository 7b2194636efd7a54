import type { Position } from './event-store.js';

/** Thrown when positions of different stores are compared, or a text is no position at all: the cursor must be given up. */
export class ForeignPosition extends Error {
  override readonly name = 'ForeignPosition';
}

/** The text is no position of any store. */
export class NotAPosition extends ForeignPosition {}

/**
 * A position's text is `<store identity>:<ordinal>[:<second ordinal>]`, ordinals as 20 decimal digits, so that text order
 * is log order within one store. The identity has letters and digits only.
 */
const FORM = /^([A-Za-z0-9]{1,64}):(\d{20})(?::(\d{20}))?$/;

export function makePosition(store: string, ordinal: bigint, second?: bigint): Position {
  const text = `${store}:${pad(ordinal)}${second === undefined ? '' : `:${pad(second)}`}`;
  return text as Position;
}

const pad = (n: bigint): string => n.toString().padStart(20, '0');

export interface PositionParts {
  readonly store: string;
  readonly ordinal: bigint;
  readonly second: bigint | undefined;
}

/** @throws NotAPosition */
export function parsePosition(text: string): PositionParts {
  const match = FORM.exec(text);
  if (!match) throw new NotAPosition('not a position');
  return {
    store: match[1] ?? '',
    ordinal: BigInt(match[2] ?? '0'),
    second: match[3] === undefined ? undefined : BigInt(match[3]),
  };
}

/** Whether a position was given by that store, and not by one that the log was in before. */
export const isPositionOf = (position: string, store: string): boolean => position.startsWith(`${store}:`);

/** @throws NotAPosition, ForeignPosition when it is one of another store. */
export function positionOf(text: string, store: string): Position {
  const match = FORM.exec(text);
  if (!match) throw new NotAPosition('not a position');
  if (match[1] !== store) throw new ForeignPosition('a position of another store');
  return text as Position;
}

/** Negative, zero or positive, as for `sort`. @throws ForeignPosition for positions of different stores. */
export function comparePositions(a: Position, b: Position): number {
  if (a.slice(0, a.indexOf(':')) !== b.slice(0, b.indexOf(':')))
    throw new ForeignPosition('positions of different stores');
  return a < b ? -1 : a > b ? 1 : 0;
}
