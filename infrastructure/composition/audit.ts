import { ContainerModule } from 'inversify';
import { AccessNotes } from '../../application/audit/access-notes.js';
import { HistorySearch } from '../../application/audit/history-search.js';
import { StateReader } from '../../application/audit/state-at.js';
import { NamedUsers } from '../../application/commands/named-users.js';
import { HistoryReader } from '../../application/queries/history.js';
import { reachable } from '../postgres/reachable.js';
import { PostgresAccessLog } from '../system/access-log.js';
import { ids } from './identifiers.js';

/** Who may act for others, who may read what happened, and what an auditor asks. */
export const audit = new ContainerModule(({ bind }) => {
  bind(ids.appAdmins).toResolvedValue(({ appAdmins }) => new NamedUsers(appAdmins), [ids.config]);
  bind(ids.accesses).toResolvedValue((pool) => reachable(new PostgresAccessLog(pool)), [ids.systemPool]);
  bind(AccessNotes).toResolvedValue(
    (accesses, clock, log) => new AccessNotes(accesses, clock, log),
    [ids.accesses, ids.clock, ids.log],
  );
  bind(StateReader).toResolvedValue((store, reader) => new StateReader(store, reader), [ids.store, HistoryReader]);
  bind(HistorySearch).toResolvedValue(
    (store, { auditLog }, reader) => new HistorySearch({ store, log: reachable(auditLog), reader }),
    [ids.store, ids.readModels, HistoryReader],
  );
  bind(ids.auditors).toResolvedValue(({ auditors }) => new NamedUsers(auditors), [ids.config]);
});
