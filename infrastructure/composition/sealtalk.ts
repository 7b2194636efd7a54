import { ContainerModule } from 'inversify';
import { sealtalkApi } from '../../api/dialects/sealtalk/dialect.js';
import { IdCode } from '../../api/dialects/sealtalk/id-code.js';
import { SealtalkIds } from '../../api/dialects/sealtalk/ids.js';
import { sealtalkOperations } from '../../api/dialects/sealtalk/operations.js';
import { CallerUnknown } from '../../api/dialects/shared/context.js';
import { reachable } from '../postgres/reachable.js';
import { derivedKey } from '../serialization/keys/master-key.js';
import { ids } from './identifiers.js';

export const sealtalk = new ContainerModule(({ bind }) => {
  bind(ids.sealtalkIds).toResolvedValue(
    ({ masterKey }, { numbers }) =>
      new SealtalkIds(new IdCode(derivedKey(masterKey, 'parley sealtalk ids')), reachable(numbers)),
    [ids.keys, ids.readModels],
  );
  bind(ids.dialects.sealtalk).toResolvedValue(
    (services, sealtalkIds, log) =>
      sealtalkApi({
        operations: sealtalkOperations({ ...services, ids: sealtalkIds }),
        callers: { of: () => Promise.reject(new CallerUnknown()) },
        ownWrites: services.ownWrites,
        log,
      }),
    [ids.services, ids.sealtalkIds, ids.log],
  );
});
