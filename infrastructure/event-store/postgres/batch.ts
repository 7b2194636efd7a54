import type { Append, AppendResult } from '../../../application/ports/event-store.js';
import { makePosition } from '../../../application/ports/positions.js';
import { bigintArray, integerArray, textArray, uuidArray } from './array-parameters.js';

export const APPEND_STATEMENT = {
  name: 'parley-append',
  text: 'SELECT first_position, positions, actuals FROM events.append($1, $2, $3, $4, $5, $6, $7, $8, $9)',
};

export type AppendRow = [firstPosition: string | null, positions: (string | null)[] | null, actuals: string[] | null];

/** Parameters of `events.append`. Two appends of one stream must be chained. */
export function batchParameters(appends: readonly Append[]): Buffer[] {
  const chains = new Map<string, number>();
  const counts: number[] = [];
  const streams: string[] = [];
  const revisions: number[] = [];
  const ids: string[] = [];
  const types: string[] = [];
  const data: string[] = [];
  const metadata: string[] = [];
  for (const { stream, expectedRevision, events } of appends) {
    if (!chains.has(stream)) chains.set(stream, expectedRevision);
    counts.push(events.length);
    let revision = expectedRevision;
    for (const event of events) {
      revision += 1;
      streams.push(stream);
      revisions.push(revision);
      ids.push(event.id);
      types.push(event.type);
      data.push(event.data);
      metadata.push(event.metadata);
    }
  }
  return [
    textArray([...chains.keys()]),
    bigintArray([...chains.values()]),
    integerArray(counts),
    textArray(streams),
    bigintArray(revisions),
    uuidArray(ids),
    textArray(types),
    textArray(data),
    textArray(metadata),
  ];
}

/** The function's answer as one result per append, in order. */
export function batchResults(identity: string, appends: readonly Append[], row: AppendRow): AppendResult[] {
  const [firstPosition, positions, actuals] = row;
  let position = firstPosition === null ? 0n : BigInt(firstPosition) - 1n;
  return appends.map(({ expectedRevision, events }, index) => {
    const revision = expectedRevision + events.length;
    if (firstPosition !== null) {
      position += BigInt(events.length);
      return { kind: 'appended', revision, position: makePosition(identity, position) };
    }
    const own = positions?.[index];
    if (typeof own === 'string') return { kind: 'appended', revision, position: makePosition(identity, BigInt(own)) };
    const actual = actuals?.[index];
    if (actual === undefined) throw new Error('events.append answered fewer results than appends');
    return { kind: 'conflict', expected: expectedRevision, actual: Number(actual) };
  });
}
