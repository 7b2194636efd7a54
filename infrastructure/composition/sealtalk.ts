import { ContainerModule } from 'inversify';
import { sealtalkApi } from '../../api/dialects/sealtalk/dialect.js';
import { IdCode } from '../../api/dialects/sealtalk/id-code.js';
import { SealtalkIds } from '../../api/dialects/sealtalk/ids.js';
import { sealtalkOperations } from '../../api/dialects/sealtalk/operations.js';
import { SealtalkCallers, SessionCookie } from '../../api/dialects/sealtalk/session.js';
import { PhoneAccounts } from '../../application/commands/phone-accounts.js';
import { PhoneVerification } from '../../application/commands/phone-verification.js';
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
    (services, sealtalkIds, phoneAccounts, phoneVerification, serves, config, log) => {
      const { tokens, isAppAdmin, callerRates, ownWrites, friendshipCommands, conversationCommands } = services;
      const { defaultTenant, corsOrigins, sealtalk: settings } = config;
      const cookie = new SessionCookie(settings.cookie);
      return sealtalkApi({
        operations: sealtalkOperations({
          ...services,
          ids: sealtalkIds,
          cookie,
          phoneAccounts,
          phoneVerification,
          friendshipCommands: friendshipCommands.under(settings.friendship),
          conversationCommands: conversationCommands.under(settings.friendship),
        }),
        callers: new SealtalkCallers({ cookie, tokens, isAppAdmin, defaultTenant, serves, corsOrigins }),
        ownWrites,
        callerRates,
        log,
      });
    },
    [ids.services, ids.sealtalkIds, PhoneAccounts, PhoneVerification, ids.serves, ids.config, ids.log],
  );
});
