import { ContainerModule } from 'inversify';
import { HistorySearch } from '../../application/audit/history-search.js';
import { UserErasures } from '../../application/commands/erasures.js';
import { CommandPipeline } from '../../application/commands/pipeline.js';
import { UserDirectory } from '../../application/commands/user-directory.js';
import { PersonalRecords } from '../../application/privacy/personal-record.js';
import { dropLeftovers, forgetWhyParked, projections } from '../../projections/index.js';
import { ErasureWatch } from '../erasure-watch.js';
import { reachable } from '../postgres/reachable.js';
import { onlyHis } from '../serialization/only-his.js';
import { eventRegistry } from '../serialization/registry.js';
import { PostgresAccountRecords } from '../system/account-records.js';
import { PostgresErasures } from '../system/erasures.js';
import { PostgresPersonalTraces } from '../system/personal-traces.js';
import { ids } from './identifiers.js';

/** Erasing people, and whoever has to know of it. */
export const privacy = new ContainerModule(({ bind }) => {
  bind(UserErasures).toResolvedValue(
    (pipeline, directory, dataKeys, pool, sessions, appAdmins, clock, log) =>
      new UserErasures({
        pipeline,
        erasures: reachable(new PostgresErasures(pool)),
        keys: {
          erase: async (person) => {
            await dataKeys.erase(person);
            directory.noteErased(person.tenant, person.userId);
          },
        },
        traces: reachable(
          new PostgresPersonalTraces({
            pool,
            sessions,
            ofReadSide: async () => {
              await forgetWhyParked(pool);
              await dropLeftovers(pool, projections, log);
            },
          }),
        ),
        appAdmins,
        clock,
        log,
      }),
    [CommandPipeline, UserDirectory, ids.dataKeys, ids.systemPool, ids.sessions, ids.appAdmins, ids.clock, ids.log],
  );
  bind(PersonalRecords).toResolvedValue(
    (search, { users }, pool) =>
      new PersonalRecords({
        search,
        users: reachable(users),
        accounts: reachable(new PostgresAccountRecords(pool)),
        onlyHis: (item, userId) => onlyHis(eventRegistry, item, userId),
      }),
    [HistorySearch, ids.readModels, ids.systemPool],
  );
  bind(ErasureWatch).toResolvedValue(
    (erasures, dataKeys, directory, log) =>
      new ErasureWatch({
        ofLate: () => dataKeys.erasedOfLate(),
        forget: (person) => {
          dataKeys.noteErased(person);
          directory.noteErased(person.tenant, person.userId);
        },
        resume: () => erasures.resume(),
        log,
      }),
    [UserErasures, ids.dataKeys, UserDirectory, ids.log],
  );
});
