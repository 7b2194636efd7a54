import { ContainerModule } from 'inversify';
import { Callers } from '../../api/dialects/openim/caller.js';
import { openimApi } from '../../api/dialects/openim/dialect.js';
import { openimOperations } from '../../api/dialects/openim/operations.js';
import { LoginAttempts } from '../../application/commands/login-attempts.js';
import { SharedSecret } from '../../application/commands/shared-secret.js';
import { ids } from './identifiers.js';

export const openim = new ContainerModule(({ bind }) => {
  bind(ids.dialects.openim).toResolvedValue(
    (services, attempts, serves, { defaultTenant, openimSecret }, log) => {
      const { tokens, isAppAdmin, callerRates, ownWrites } = services;
      const secret = new SharedSecret('OPENIM_SECRET', openimSecret, attempts);
      return openimApi({
        operations: openimOperations({ ...services, secret }),
        callers: new Callers({ tokens, isAppAdmin, defaultTenant, serves }),
        ownWrites,
        callerRates,
        log,
      });
    },
    [ids.services, LoginAttempts, ids.serves, ids.config, ids.log],
  );
});
