import { ContainerModule } from 'inversify';
import { sealtalkApi } from '../../api/dialects/sealtalk/dialect.js';
import { IdCode } from '../../api/dialects/sealtalk/id-code.js';
import { SealtalkIds } from '../../api/dialects/sealtalk/ids.js';
import { sealtalkOperations } from '../../api/dialects/sealtalk/operations.js';
import { SealtalkCallers, SessionCookie } from '../../api/dialects/sealtalk/session.js';
import { PhoneAccounts } from '../../application/commands/phone-accounts.js';
import { OwnWrites } from '../../application/queries/own-writes.js';
import { PhoneVerification } from '../../application/commands/phone-verification.js';
import { reachable } from '../postgres/reachable.js';
import { derivedKey } from '../serialization/keys/master-key.js';
import { ids } from './identifiers.js';
import { upToDate } from './up-to-date.js';

export const sealtalk = new ContainerModule(({ bind }) => {
  bind(ids.sealtalkIds).toResolvedValue(
    ({ masterKey }, { numbers }) => new SealtalkIds(codeOf(masterKey), reachable(numbers)),
    [ids.keys, ids.readModels],
  );
  bind(ids.dialects.sealtalk).toResolvedValue(
    (services, { masterKey }, { numbers }, ownWrites, phoneAccounts, phoneVerification, serves, config, log) => {
      const { tokens, isAppAdmin, callerRates, friendshipCommands, conversationCommands } = services;
      const { defaultTenant, corsOrigins, sealtalk: settings } = config;
      const cookie = new SessionCookie(settings.cookie);
      return sealtalkApi({
        operations: sealtalkOperations({
          ...services,
          ids: new SealtalkIds(
            codeOf(masterKey),
            upToDate(reachable(numbers), () => ownWrites.caughtUp()),
          ),
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
    [
      ids.services,
      ids.keys,
      ids.readModels,
      OwnWrites,
      PhoneAccounts,
      PhoneVerification,
      ids.serves,
      ids.config,
      ids.log,
    ],
  );
});

const codeOf = (masterKey: Buffer): IdCode => new IdCode(derivedKey(masterKey, 'parley sealtalk ids'));
