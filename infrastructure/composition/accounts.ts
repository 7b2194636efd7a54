import { ContainerModule } from 'inversify';
import { Accounts } from '../../application/commands/accounts.js';
import { AppAdminUsers } from '../../application/commands/app-admin-users.js';
import { AppAdmins } from '../../application/commands/app-admins.js';
import { BulkRegistration } from '../../application/commands/bulk-registration.js';
import { LoginAttempts } from '../../application/commands/login-attempts.js';
import { Logins } from '../../application/commands/logins.js';
import { OwnAccount } from '../../application/commands/own-account.js';
import { CommandPipeline } from '../../application/commands/pipeline.js';
import { UserDirectory } from '../../application/commands/user-directory.js';
import { UserCommands } from '../../application/commands/users.js';
import { MasterKeyPhoneSecrets } from '../auth/phone-secrets.js';
import { reachable } from '../postgres/reachable.js';
import { PostgresCredentials } from '../system/credentials.js';
import { ids } from './identifiers.js';

/** Who may log in, by what, and how often he may be wrong. */
export const accounts = new ContainerModule(({ bind }) => {
  bind(LoginAttempts).toResolvedValue(
    (clock, networks) => new LoginAttempts(clock, networks),
    [ids.clock, ids.networks],
  );
  bind(ids.accounts).toResolvedValue(
    (
      pipeline,
      store,
      serializer,
      numbers,
      reservations,
      claims,
      pool,
      passwords,
      sessions,
      tokens,
      attempts,
      config,
      keys,
    ) => ({
      pipeline,
      store,
      serializer,
      numbers,
      reservations,
      claims,
      phones: new MasterKeyPhoneSecrets(keys.masterKey),
      credentials: reachable(new PostgresCredentials(pool, sessions)),
      passwords,
      sessions,
      tokens,
      attempts,
      appAdmins: new AppAdmins(config.appAdmins),
      ...(config.adminSecret === undefined ? {} : { adminSecret: config.adminSecret }),
    }),
    [
      CommandPipeline,
      ids.store,
      ids.serializer,
      ids.numbers,
      ids.reservations,
      ids.claims,
      ids.systemPool,
      ids.passwords,
      ids.sessions,
      ids.tokens,
      LoginAttempts,
      ids.config,
      ids.keys,
    ],
  );
  bind(UserCommands).toResolvedValue((deps) => new UserCommands(deps), [ids.accounts]);
  bind(BulkRegistration).toResolvedValue(
    (deps, users) => new BulkRegistration({ ...deps, accounts: new Accounts(deps), users }),
    [ids.accounts, UserCommands],
  );
  bind(OwnAccount).toResolvedValue(
    (deps, sessions) => {
      const accounts = new Accounts(deps);
      return new OwnAccount({ ...deps, sessions, accounts, logins: new Logins({ ...deps, accounts }) });
    },
    [ids.accounts, ids.sessions],
  );
  bind(AppAdminUsers).toResolvedValue(
    (users, directory, log) => new AppAdminUsers({ users, directory, log }),
    [UserCommands, UserDirectory, ids.log],
  );
});
