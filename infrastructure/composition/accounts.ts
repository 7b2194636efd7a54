import { ContainerModule } from 'inversify';
import { AccessNotes } from '../../application/audit/access-notes.js';
import { Accounts } from '../../application/commands/accounts.js';
import { BulkRegistration } from '../../application/commands/bulk-registration.js';
import { LoginAttempts } from '../../application/commands/login-attempts.js';
import { Logins } from '../../application/commands/logins.js';
import { NamedUserRegistration } from '../../application/commands/named-user-registration.js';
import { OwnAccount } from '../../application/commands/own-account.js';
import { PhoneAccounts } from '../../application/commands/phone-accounts.js';
import { PhoneNames } from '../../application/commands/phone-names.js';
import { PhoneVerification } from '../../application/commands/phone-verification.js';
import { CommandPipeline } from '../../application/commands/pipeline.js';
import { UserDirectory } from '../../application/commands/user-directory.js';
import { UserCommands } from '../../application/commands/users.js';
import { MasterKeyPhoneSecrets } from '../auth/phone-secrets.js';
import { CodeWebhook } from '../code-webhook.js';
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
      admins,
      auditors,
      accesses,
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
      accesses,
      appAdmins: admins,
      auditors,
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
      ids.appAdmins,
      ids.auditors,
      AccessNotes,
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
  bind(PhoneVerification).toResolvedValue(
    ({ phones, attempts }, verifications, clock, { sealtalk: { codeWebhook, testCode } }, log) => {
      if (testCode !== undefined) log.warn({}, 'SEALTALK_TEST_CODE is set: whoever knows it is whoever he says');
      return new PhoneVerification({
        verifications,
        phones,
        attempts,
        clock,
        log,
        ...(codeWebhook === undefined ? {} : { sender: new CodeWebhook(codeWebhook) }),
        ...(testCode === undefined ? {} : { testCode }),
      });
    },
    [ids.accounts, ids.phoneVerifications, ids.clock, ids.config, ids.log],
  );
  bind(PhoneAccounts).toResolvedValue(
    (deps, users, verification) => {
      const accounts = new Accounts(deps);
      const logins = new Logins({ ...deps, accounts });
      return new PhoneAccounts({ ...deps, users, names: new PhoneNames(deps), verification, accounts, logins });
    },
    [ids.accounts, UserCommands, PhoneVerification],
  );
  bind(NamedUserRegistration).toResolvedValue(
    (users, directory, log) => new NamedUserRegistration({ users, directory, log }),
    [UserCommands, UserDirectory, ids.log],
  );
});
