import { ContainerModule } from 'inversify';
import { sealtalkApi } from '../../api/dialects/sealtalk/dialect.js';
import { sealtalkOperations } from '../../api/dialects/sealtalk/operations.js';
import { CallerUnknown } from '../../api/dialects/shared/context.js';
import { ids } from './identifiers.js';

export const sealtalk = new ContainerModule(({ bind }) => {
  bind(ids.dialects.sealtalk).toResolvedValue(
    (services, log) =>
      sealtalkApi({
        operations: sealtalkOperations(services),
        callers: { of: () => Promise.reject(new CallerUnknown()) },
        ownWrites: services.ownWrites,
        log,
      }),
    [ids.services, ids.log],
  );
});
