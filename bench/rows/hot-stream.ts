import { randomUUID } from 'node:crypto';
import type { CommandPipeline } from '../../application/commands/pipeline.js';
import type { Aggregate } from '../../application/commands/aggregate.js';
import { groupDecider } from '../../domain/group/decider.js';
import type { GroupCommand, GroupOutcome } from '../../domain/group/commands.js';
import type { GroupEvent } from '../../domain/group/events.js';
import type { GroupState } from '../../domain/group/state.js';
import { inFlight, type Row } from '../harness.js';

const group: Aggregate<GroupState, GroupCommand, GroupEvent, GroupOutcome> = {
  category: 'group',
  decider: groupDecider,
};
const SENDERS = 32;

/**
 * The whole pipeline (decide, seal, append durably): 32 senders on one group, and 32 on a group each. Every command
 * writes one event.
 */
export async function hotStream(pipeline: CommandPipeline, engine: string): Promise<Row> {
  const ids = Array.from({ length: SENDERS }, () => `bench_${randomUUID().slice(0, 8)}`);
  let turn = 0;
  const send = (groupId: string, command: GroupCommand): Promise<unknown> =>
    pipeline.execute({
      tenant: '1000',
      actor: { kind: 'user', id: 'owner' },
      via: 'bench',
      aggregate: group,
      stream: { category: 'group', tenant: '1000', groupId },
      command,
    });
  for (const groupId of ids) {
    await send(groupId, {
      type: 'CreateGroup',
      groupId,
      number: 2 ** 52,
      preset: 'parley',
      name: groupId,
      ownerId: 'owner',
    });
  }
  const rename = (groupId: string): Promise<unknown> =>
    send(groupId, { type: 'ChangeGroupProfile', groupId, changes: { introduction: (++turn).toString() } });
  const spread = 'a group each';
  return {
    name: `32 senders through the pipeline, ${engine}`,
    unit: 'ops/s',
    sides: [
      { name: 'all on one group', run: (ms) => inFlight(SENDERS, ms, () => rename(ids[0] ?? '')) },
      { name: spread, run: (ms) => inFlight(SENDERS, ms, (lane) => rename(ids[lane] ?? '')) },
    ],
    bars: [{ peer: spread, bar: 0.5 }],
  };
}
