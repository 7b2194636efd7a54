import { ContainerModule } from 'inversify';
import { NamedUsers } from '../../application/commands/named-users.js';
import { ids } from './identifiers.js';

/** Who may act for others, who may read what happened, and what an auditor asks. */
export const audit = new ContainerModule(({ bind }) => {
  bind(ids.appAdmins).toResolvedValue(({ appAdmins }) => new NamedUsers(appAdmins), [ids.config]);
  bind(ids.auditors).toResolvedValue(({ auditors }) => new NamedUsers(auditors), [ids.config]);
});
