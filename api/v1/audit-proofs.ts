import { NoProof, type ProofTools } from '../../application/ports/proof-tools.js';
import { streamName } from '../../application/streams.js';
import { aggregateNamed } from './audit-bodies.js';
import { AuditConsistencyQuery, AuditProofQuery, CheckpointsQuery } from './dto/audit-proofs.js';
import { operation, type Operation } from './operation.js';
import { Refused } from './problems.js';
import { isoTime } from './reading.js';
import { CheckpointList, ConsistencyProof, EventProof } from './schemas/audit-proofs.js';
import type { Shown } from './schemas/types.js';

export interface ProofServices {
  readonly proofs: Pick<ProofTools, 'publicKey' | 'checkpoints' | 'prove' | 'consistency'>;
}

/** What proves the log, for whoever wants to check it elsewhere (docs/audit.md "Proof"). */
export function auditProofOperations({ proofs }: ProofServices): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/audit/checkpoints',
      operationId: 'listCheckpoints',
      summary: 'The newest signed checkpoints of the log, newest first',
      description:
        'Each says how many events there are, those of all tenants together, and what the root of the Merkle tree over them is.',
      tag: 'History',
      access: 'auditor',
      Query: CheckpointsQuery,
      success: { status: 200, description: 'Checkpoints as signed notes.', Schema: CheckpointList },
      problems: ['Unavailable'],
      handle: async ({ query: { limit } }) => {
        const [key, seals] = await Promise.all([proofs.publicKey(), proofs.checkpoints(limit)]);
        const items = seals.map(({ size, sealedAt, checkpoint }) => ({
          size,
          sealedAt: isoTime(sealedAt),
          checkpoint,
        }));
        return { status: 200, body: { key: key ?? null, items } };
      },
    }),
    operation({
      method: 'get',
      path: '/audit/proof',
      operationId: 'proveEvent',
      summary: 'The proof that an event is in the log as it is',
      description: 'As a file, it is what the stand-alone verifier takes.',
      tag: 'History',
      access: 'auditor',
      Query: AuditProofQuery,
      success: {
        status: 200,
        description: 'The event, its place, and the hashes up to a checkpoint.',
        Schema: EventProof,
      },
      problems: ['ProofNotFound', 'Unavailable'],
      handle: async ({ query: { aggregate, revision }, caller }) => {
        const stream = streamName(aggregateNamed(aggregate, caller.tenant));
        const proof = await proven(() => proofs.prove(`${stream}@${revision.toString()}`));
        // It is what `ProofTools.prove` says it is.
        return { status: 200, body: proof as Shown<typeof EventProof> };
      },
    }),
    operation({
      method: 'get',
      path: '/audit/consistency',
      operationId: 'proveConsistency',
      summary: 'The proof that the log of one size begins with that of another',
      tag: 'History',
      access: 'auditor',
      Query: AuditConsistencyQuery,
      success: {
        status: 200,
        description: 'The hashes that lead from one root to the other.',
        Schema: ConsistencyProof,
      },
      problems: ['ProofNotFound', 'Unavailable'],
      handle: async ({ query: { first, second } }) => {
        const hashes = await proven(() => proofs.consistency(first, second));
        return { status: 200, body: { first, second, hashes: [...hashes] } };
      },
    }),
  ];
}

async function proven<Proof>(prove: () => Promise<Proof>): Promise<Proof> {
  try {
    return await prove();
  } catch (error) {
    if (error instanceof NoProof) throw new Refused('ProofNotFound');
    throw error;
  }
}
