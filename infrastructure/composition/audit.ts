import { ContainerModule } from 'inversify';
import { HistorySearch } from '../../application/audit/history-search.js';
import { NamedUsers } from '../../application/commands/named-users.js';
import { HistoryReader } from '../../application/queries/history.js';
import { reachable } from '../postgres/reachable.js';
import { ids } from './identifiers.js';

/** Who may act for others, who may read what happened, and what an auditor asks. */
export const audit = new ContainerModule(({ bind }) => {
  bind(ids.appAdmins).toResolvedValue(({ appAdmins }) => new NamedUsers(appAdmins), [ids.config]);
  bind(HistorySearch).toResolvedValue(
    (store, { auditLog }, reader) => new HistorySearch({ store, log: reachable(auditLog), reader }),
    [ids.store, ids.readModels, HistoryReader],
  );
  bind(ids.auditors).toResolvedValue(({ auditors }) => new NamedUsers(auditors), [ids.config]);
});
