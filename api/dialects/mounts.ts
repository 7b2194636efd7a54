import { type Edge, type EdgeAt, problems } from '../http/edge.js';
import { dtalkEdge } from './dtalk/edge.js';
import { openimEdge } from './openim/edge.js';
import { sealtalkEdge } from './sealtalk/edge.js';
import { tencentEdge } from './tencent/edge.js';

/** Where a dialect is served, and what is said in its place before it can speak itself. */
export interface Mount {
  /** Below which it stands beside the other APIs. */
  readonly prefix: `/${string}`;
  /** Where its own paths begin that are nobody else's: it is found at the root by these as well. */
  readonly atRoot?: readonly `/${string}`[];
  /** Whose clients are served at the root of its own port. */
  readonly clients: string;
  readonly edge: Edge;
}

/**
 * Each dialect of HTTP, a row each: whatever mounts, lists or starts APIs goes through these. Its own port is the variable
 * of the same row in infrastructure/config/own-ports.ts, its making the module of its name in infrastructure/composition/.
 */
export const mounts = {
  openim: { prefix: '/openim', clients: 'OpenIM', edge: openimEdge },
  sealtalk: { prefix: '/sealtalk', clients: 'SealTalk', edge: sealtalkEdge },
  dtalk: { prefix: '/dtalk', clients: 'dtalk', edge: dtalkEdge },
  tencent: { prefix: '/tencent', atRoot: ['/v4'], clients: 'Tencent IM', edge: tencentEdge },
} as const satisfies Readonly<Record<string, Mount>>;

export type DialectName = keyof typeof mounts;

/** By the first part of a path. */
const byFirst: ReadonlyMap<string, DialectName> = new Map(
  (Object.entries(mounts) as [DialectName, Mount][]).flatMap(([name, { prefix, atRoot = [] }]) =>
    [prefix, ...atRoot].map((first) => [first.slice(1), name] as const),
  ),
);

const firstOf = (path: string): string => (/^\/([^/?]*)/.exec(path)?.[1] ?? '').toLowerCase();

/** Where all APIs stand beside each other. */
export const edgeAt: EdgeAt = (path) => {
  const name = byFirst.get(firstOf(path));
  return name === undefined ? problems : mounts[name].edge;
};

/** Which of them a path belongs to, by a name out of a few: a dialect's, `v1`, `health`, or `other` for the rest. */
export function apiAt(path: string): DialectName | 'v1' | 'health' | 'other' {
  const first = firstOf(path);
  return byFirst.get(first) ?? (first === 'v1' || first === 'health' ? first : 'other');
}
