import { type Container, ContainerModule } from 'inversify';
import type { ProofTools } from '../../application/ports/proof-tools.js';
import type { NoteSigner } from '../../application/seals/signed-note.js';
import { Leadership } from '../../projections/index.js';
import { resolveSealKey } from '../config/seal-key.js';
import { reachable } from '../postgres/reachable.js';
import { PostgresSeals } from '../seals/postgres-seals.js';
import { Sealer } from '../seals/sealer.js';
import { SealsFile } from '../seals/seals-file.js';
import { proofTools } from '../seals/tools.js';
import { ids } from './identifiers.js';

/** The leadership over the seals (`Contest`). What keeps two from sealing the same is the seal before each. */
const SEALS = { lock: 727257, claim: 'SELECT $1::text', name: 'seals' } as const;

/** What is kept of the seals, and what is proven by them. */
export const seals = new ContainerModule(({ bind }) => {
  bind(ids.seals).toResolvedValue((pool) => reachable(new PostgresSeals(pool)), [ids.systemPool]);
  bind(ids.proofs).toDynamicValue((context) => reachable(openProofTools(context)));
});

/** The key that signs; a new one is made where that may be. */
function signerIn(parts: Pick<Container, 'get'>): Promise<NoteSigner | undefined> {
  const kept = parts.get(ids.seals);
  const isSealed = async (): Promise<boolean> => (await kept.last()) !== undefined;
  return resolveSealKey(parts.get(ids.config), { isSealed, log: parts.get(ids.log) });
}

/** What the command proves the log with. */
const openProofTools = (parts: Pick<Container, 'get'>): ProofTools =>
  proofTools({
    store: parts.get(ids.store),
    seals: parts.get(ids.seals),
    signer: () => signerIn(parts),
    file: new SealsFile(parts.get(ids.config).sealing.file),
    log: parts.get(ids.log),
  });

/** Seals the log on schedule; undefined where it isn't to be, or nothing is there to sign with. */
export async function openSealer(parts: Pick<Container, 'get'>): Promise<Sealer | undefined> {
  const config = parts.get(ids.config);
  const log = parts.get(ids.log);
  const kept = parts.get(ids.seals);
  const { everyMs, file } = config.sealing;
  if (everyMs === 0) return undefined;
  const signer = await signerIn(parts);
  if (signer === undefined) {
    log.info({}, 'the log is not sealed: PARLEY_SEAL_KEY is not set');
    return undefined;
  }
  return new Sealer({
    store: parts.get(ids.store),
    seals: kept,
    signer,
    log,
    everyMs,
    file: new SealsFile(file),
    takePart: (ask) => new Leadership({ contest: SEALS, lockUrl: parts.get(ids.databaseUrl), log, ...ask }),
  });
}
