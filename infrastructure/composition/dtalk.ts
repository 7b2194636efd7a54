import { ContainerModule } from 'inversify';
import { dtalkApi } from '../../api/dialects/dtalk/dialect.js';
import { dtalkOperations } from '../../api/dialects/dtalk/operations.js';
import { CallerUnknown } from '../../api/dialects/shared/context.js';
import { ids } from './identifiers.js';

export const dtalk = new ContainerModule(({ bind }) => {
  bind(ids.dialects.dtalk).toResolvedValue(
    (services, log) =>
      dtalkApi({
        operations: dtalkOperations(services),
        callers: { of: () => Promise.reject(new CallerUnknown()) },
        ownWrites: services.ownWrites,
        log,
      }),
    [ids.services, ids.log],
  );
});
