import { ContainerModule } from 'inversify';
import { JwtTokens } from '../auth/jwt.js';
import { RememberedTokens } from '../auth/remembered-tokens.js';
import { SessionTokens } from '../auth/session-tokens.js';
import { reachable } from '../postgres/reachable.js';
import { highestNumber } from '../read-models/highest-number.js';
import { PostgresIdempotencyLedger } from '../system/idempotency-ledger.js';
import { PostgresKnownNetworks } from '../system/known-networks.js';
import { PostgresNumbers } from '../system/numbers.js';
import { PostgresPhoneVerifications } from '../system/phone-verifications.js';
import { PostgresReadPositions } from '../system/read-positions.js';
import { PostgresRegistrationClaims } from '../system/registration-claims.js';
import { PostgresReservations } from '../system/reservations.js';
import { PostgresSessions } from '../system/sessions.js';
import { PostgresSnapshots } from '../system/snapshots.js';
import { ids } from './identifiers.js';

/** The tables of schema system, and the tokens. */
export const systemTables = new ContainerModule(({ bind }) => {
  bind(ids.reservations).toResolvedValue((pool) => reachable(new PostgresReservations(pool)), [ids.systemPool]);
  bind(ids.numbers).toResolvedValue(
    (pool) => reachable(new PostgresNumbers(pool, () => highestNumber(pool))),
    [ids.systemPool],
  );
  bind(ids.ledger).toResolvedValue((pool) => new PostgresIdempotencyLedger(pool), [ids.systemPool]);
  bind(ids.snapshots).toResolvedValue((pool) => new PostgresSnapshots(pool), [ids.systemPool]);
  bind(ids.readPositions).toResolvedValue((pool) => reachable(new PostgresReadPositions(pool)), [ids.systemPool]);
  bind(ids.signedTokens).toResolvedValue(
    ({ tokenSecret }, { tokenTtlSeconds }, clock) =>
      new JwtTokens({ secret: tokenSecret, ttlSeconds: tokenTtlSeconds, clock }),
    [ids.keys, ids.config, ids.clock],
  );
  bind(ids.claims).toResolvedValue((pool) => reachable(new PostgresRegistrationClaims(pool)), [ids.systemPool]);
  bind(ids.networks).toResolvedValue((pool) => reachable(new PostgresKnownNetworks(pool)), [ids.systemPool]);
  bind(ids.phoneVerifications).toResolvedValue(
    (pool) => reachable(new PostgresPhoneVerifications(pool)),
    [ids.systemPool],
  );
  bind(ids.sessions).toResolvedValue((pool) => reachable(new PostgresSessions(pool)), [ids.systemPool]);
  bind(ids.tokens).toResolvedValue(
    (issuer, sessions, clock) => new SessionTokens({ issuer, signed: new RememberedTokens(issuer, clock), sessions }),
    [ids.signedTokens, ids.sessions, ids.clock],
  );
});
