import { ContainerModule } from 'inversify';
import { Authenticator } from '../../api/v1/authenticate.js';
import { v1Operations } from '../../api/v1/operations.js';
import { Freshness } from '../../api/v1/reading.js';
import { v1Router } from '../../api/v1/router.js';
import { AccessNotes } from '../../application/audit/access-notes.js';
import { HistorySearch } from '../../application/audit/history-search.js';
import { StateReader } from '../../application/audit/state-at.js';
import { UserErasures } from '../../application/commands/erasures.js';
import { PersonalRecords } from '../../application/privacy/personal-record.js';
import { HistoryReader } from '../../application/queries/history.js';
import { OwnWrites } from '../../application/queries/own-writes.js';
import { version } from '../version.js';
import { ids } from './identifiers.js';

export const v1 = new ContainerModule(({ bind }) => {
  bind(ids.v1).toResolvedValue(
    (
      services,
      history,
      historySearch,
      states,
      accesses,
      accessNotes,
      proofs,
      erasures,
      personalRecords,
      engine,
      store,
      ownWrites,
      serves,
      auditors,
      { defaultTenant, conversations, chatNotices },
      log,
    ) => {
      const { tokens, isAppAdmin, callerRates } = services;
      return v1Router({
        operations: v1Operations({
          ...services,
          history,
          historySearch,
          states,
          accesses,
          proofs,
          erasures,
          personalRecords,
          freshness: new Freshness(engine, store, ownWrites),
          chatSettings: { ...conversations, chatNotices },
        }),
        authenticator: new Authenticator({ tokens, isAppAdmin, auditors, defaultTenant, serves }),
        accessNotes,
        callerRates,
        log,
        version: version(),
      });
    },
    [
      ids.services,
      HistoryReader,
      HistorySearch,
      StateReader,
      ids.accesses,
      AccessNotes,
      ids.proofs,
      UserErasures,
      PersonalRecords,
      ids.projections,
      ids.store,
      OwnWrites,
      ids.serves,
      ids.auditors,
      ids.config,
      ids.log,
    ],
  );
});
