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

/** Where all APIs stand beside each other. */
export const edgeAt: EdgeAt = (path) => {
  const [, first = ''] = /^\/([^/?]*)/.exec(path) ?? [];
  const found: Mount | undefined = Object.values<Mount>(mounts).find(({ prefix, atRoot = [] }) =>
    [prefix, ...atRoot].includes(`/${first.toLowerCase()}`),
  );
  return found?.edge ?? problems;
};
