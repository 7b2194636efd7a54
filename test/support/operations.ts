import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PREFIXES } from '../../api/dialects/dtalk/dialect.js';
import { dtalkOperations } from '../../api/dialects/dtalk/operations.js';
import type { DtalkServices } from '../../api/dialects/dtalk/services.js';
import type { DialectName } from '../../api/dialects/mounts.js';
import { GROUP_SERVICE } from '../../api/dialects/openim-v2/declaration.js';
import { openimV2Rpcs } from '../../api/dialects/openim-v2/dialect.js';
import type { OpenimV2Services } from '../../api/dialects/openim-v2/rpc.js';
import { openimOperations } from '../../api/dialects/openim/operations.js';
import type { OpenimServices } from '../../api/dialects/openim/services.js';
import { sealtalkOperations } from '../../api/dialects/sealtalk/operations.js';
import type { SealtalkServices } from '../../api/dialects/sealtalk/services.js';
import type { Operation } from '../../api/dialects/shared/operation.js';
import { tencentOperations } from '../../api/dialects/tencent/operations.js';
import type { TencentServices } from '../../api/dialects/tencent/services.js';
import { repositoryRoot } from './repository-root.js';

/** One operation of one of the five APIs. */
export interface WireOperation {
  readonly seed: string;
  /** `rpc`, or of HTTP. */
  readonly method: string;
  readonly path: string;
}

export const dialectOf: Readonly<Record<string, DialectName | 'grpc'>> = {
  '000': 'grpc',
  '001': 'tencent',
  '002': 'dtalk',
  '003': 'openim',
  '004': 'sealtalk',
};

/** All that the published texts of the five have, a row each; whoever has two methods is two here. */
export const publishedOperations = (): WireOperation[] =>
  readFileSync(join(repositoryRoot(), 'test/golden/operations.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [seed = '', methods = '', path = ''] = line.split('\t');
      return methods.split(' ').map((method) => ({ seed, method, path }));
    });

const places = (
  seed: string,
  operations: readonly Operation<string, unknown>[],
  prefixes: readonly string[] = [''],
): WireOperation[] =>
  operations.flatMap((operation) =>
    [operation, ...operation.also].flatMap(({ method, path }) =>
      prefixes.map((prefix) => ({ seed, method, path: prefix + path })),
    ),
  );

/** All that the code declares, wherever it is to be found. Declarations only: no handler of these is ever called. */
export const declaredOperations = (): WireOperation[] => [
  ...openimV2Rpcs({} as OpenimV2Services).map(({ name }) => ({
    seed: '000',
    method: 'rpc',
    path: `/${GROUP_SERVICE}/${name}`,
  })),
  ...places('001', tencentOperations({} as TencentServices)),
  ...places('002', dtalkOperations({} as DtalkServices), PREFIXES),
  ...places('003', openimOperations({} as OpenimServices)),
  ...places('004', sealtalkOperations({} as SealtalkServices)),
];

export const textOf = ({ seed, method, path }: WireOperation): string => `${seed} ${method} ${path}`;
