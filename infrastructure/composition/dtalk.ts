import { ContainerModule } from 'inversify';
import { Callers } from '../../api/dialects/dtalk/caller.js';
import { dtalkApi } from '../../api/dialects/dtalk/dialect.js';
import { GroupKeys } from '../../api/dialects/dtalk/group-keys.js';
import { dtalkOperations } from '../../api/dialects/dtalk/operations.js';
import { KeyUsers } from '../../application/commands/key-users.js';
import { CommandPipeline } from '../../application/commands/pipeline.js';
import { UserDirectory } from '../../application/commands/user-directory.js';
import { OwnWrites } from '../../application/queries/own-writes.js';
import { reachable } from '../postgres/reachable.js';
import { derivedKey } from '../serialization/keys/master-key.js';
import { ids } from './identifiers.js';
import { upToDate } from './up-to-date.js';

export const dtalk = new ContainerModule(({ bind }) => {
  bind(KeyUsers).toResolvedValue(
    (pipeline, numbers, directory) => new KeyUsers({ pipeline, numbers, directory }),
    [CommandPipeline, ids.numbers, UserDirectory],
  );
  bind(ids.dialects.dtalk).toResolvedValue(
    (services, keyUsers, ownWrites, readModels, { masterKey }, { defaultTenant: tenant, dtalkMock: mock }, log) => {
      const { clock, isAppAdmin, callerRates } = services;
      const groupKeys = new GroupKeys(derivedKey(masterKey, 'parley dtalk group keys'));
      const numbers = upToDate(reachable(readModels.numbers), () => ownWrites.caughtUp());
      return dtalkApi({
        operations: dtalkOperations({ ...services, keyUsers, numbers, groupKeys }),
        callers: new Callers({ keyUsers, clock, isAppAdmin, tenant, mock }),
        ownWrites,
        callerRates,
        log,
      });
    },
    [ids.services, KeyUsers, OwnWrites, ids.readModels, ids.keys, ids.config, ids.log],
  );
});
