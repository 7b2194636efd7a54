import type { Express } from 'express';
import type { Container } from 'inversify';
import { type DialectName, type Mount, mounts } from '../../api/dialects/mounts.js';
import type { Answers } from '../../api/grpc/answers.js';
import { httpApp, rootApp } from '../../api/http/app.js';
import { type Readiness, readinessOf } from '../../api/http/readiness.js';
import { ProcessRunner } from '../../application/processes/runner.js';
import type { Config } from '../config/config.js';
import { version } from '../version.js';
import { dtalk } from './dtalk.js';
import { ids } from './identifiers.js';
import { openim } from './openim.js';
import { openimV2 } from './openim-v2.js';
import { sealtalk } from './sealtalk.js';
import { services } from './services.js';
import { tencent } from './tencent.js';
import { v1 } from './v1.js';

export interface Apps {
  /** OpenIM v2's group service. */
  readonly grpc: Answers;
  readonly readiness: () => Promise<Readiness>;
  /** All APIs, each below its prefix. */
  readonly app: Express;
  /** Each dialect alone at the root, for a port of its own. */
  readonly alone: Readonly<Record<DialectName, Express>>;
}

/** Adding an API is adding its module here. */
export const apis = [services, v1, openim, sealtalk, dtalk, tencent, openimV2] as const;

export function appsOf(container: Container, config: Config): Apps {
  const each = <T>(make: (name: DialectName) => T): Record<DialectName, T> =>
    Object.fromEntries((Object.keys(mounts) as DialectName[]).map((name) => [name, make(name)])) as Record<
      DialectName,
      T
    >;
  const ready = readiness(container);
  const served = each((name) => container.get(ids.dialects[name]));
  return {
    readiness: ready,
    app: httpApp({
      v1: container.get(ids.v1),
      dialects: each((name) => ({ ...placeOf(mounts[name]), api: served[name] })),
      readiness: ready,
      version: version(),
      ...config,
    }),
    grpc: container.get(ids.openimV2),
    alone: each((name) => rootApp(served[name], config)),
  };
}

const placeOf = ({ prefix, atRoot = [] }: Mount): Pick<Mount, 'prefix' | 'atRoot'> => ({ prefix, atRoot });

/** A projection becomes level in this time when it follows closely, ms. */
const LEVEL_WITHIN_MS = 300;

function readiness(container: Container): () => Promise<Readiness> {
  const store = container.get(ids.store);
  const pool = container.get(ids.healthPool);
  const disk = container.get(ids.disk);
  const engine = container.get(ids.projections);
  const processes = container.get(ProcessRunner);
  return readinessOf({
    eventStore: () => store.head(),
    database: () => pool.query('SELECT 1'),
    troubles: () => [...disk.troubles(), ...(store.troubles?.() ?? [])],
    projections: () => engine.status({ graceMs: LEVEL_WITHIN_MS }),
    processes: () => processes.status(),
  });
}
