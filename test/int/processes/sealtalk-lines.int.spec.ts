import { expect } from 'chai';
import { sealtalkLinesProcess } from '../../../api/dialects/sealtalk/lines/process.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { GroupOfCause } from '../../../application/processes/group-of-cause.js';
import { ProcessRunner } from '../../../application/processes/runner.js';
import { type ConversationKey, streamName } from '../../../application/streams.js';
import type { MessageSent } from '../../../domain/conversation/events.js';
import { PostgresProcessCheckpoints, PROCESSES } from '../../../infrastructure/system/process-checkpoints.js';
import { Leadership } from '../../../projections/index.js';
import { type CommandSide, commandSideDatabase, openCommandSide } from '../../support/command-side.js';
import { eventually } from '../../support/eventually.js';
import type { TestDatabase } from '../../support/postgres.js';
import { silentLogger } from '../../support/silent-logger.js';

const as = (id: string): RequestContext => ({ tenant: 't', actor: { kind: 'user', id }, via: 'test' });
const admin: RequestContext = { tenant: 't', actor: { kind: 'appAdmin', id: 'boss' }, via: 'test' };
const CHAT: ConversationKey = { kind: 'group', groupId: 'club', incarnation: 1 };
const notificationsOf = (userId: string): ConversationKey => ({ kind: 'notification', userId });
const NOBODY = { items: [], next: null, total: 0 };

describe('004’s words, told by a process that ends and begins again', () => {
  let database: TestDatabase;
  let side: CommandSide;
  let runner: ProcessRunner | undefined;

  before(async () => {
    database = await commandSideDatabase('sealtalk_lines');
    side = await openCommandSide(database.url);
    for (const userId of ['ann', 'ben', 'cid']) await side.users.register(admin, { userId, nickname: userId });
  });
  after(async () => {
    await stop();
    await side.close();
    await database.drop();
  });

  async function start(): Promise<void> {
    const { store, serializer, pool, conversations } = side;
    const log = silentLogger;
    const process = sealtalkLinesProcess({
      conversations,
      groups: new GroupOfCause(store, serializer),
      // Without lists: everybody is called by his plain id.
      ids: {
        shownUsers: () => Promise.resolve(new Map()),
        shownGroup: (_tenant, groupId) => Promise.resolve(groupId),
      },
      groupViews: { groupById: () => Promise.resolve(undefined) },
      members: { membersOfGroup: () => Promise.resolve(NOBODY) },
      applications: { ofGroup: () => Promise.resolve(NOBODY) },
      progress: { isAlone: true, waitFor: () => Promise.resolve(true) },
      notices: true,
    });
    runner = new ProcessRunner({
      store,
      serializer,
      checkpoints: new PostgresProcessCheckpoints(pool),
      processes: [process],
      takePart: (ask) => new Leadership({ contest: PROCESSES, lockUrl: database.url, retryMs: 20, log, ...ask }),
      log,
      noteMs: 10,
    });
    await runner.start();
  }

  async function stop(): Promise<void> {
    await runner?.stop();
    runner = undefined;
  }

  const settled = (): Promise<void> =>
    eventually(async () => {
      const [status] = (await runner?.status()) ?? [];
      expect(status).to.include({ state: 'live', parked: 0, ledHere: true });
    });

  async function operations(key: ConversationKey): Promise<string[]> {
    const found: string[] = [];
    for await (const batch of side.store.readStream(streamName({ category: 'conversation', tenant: 't', ...key })))
      for (const { event } of await side.serializer.open(batch)) {
        if (event?.type !== 'MessageSent') continue;
        const { content } = event.data as MessageSent['data'];
        const { operation } = JSON.parse(content?.body ?? '{}') as { operation?: string };
        found.push(`${content?.type ?? 'nothing'} ${operation ?? ''}`.trim());
      }
    return found;
  }

  const checkpoint = async (): Promise<string> => {
    const { rows } = await side.pool.query<{ position: string }>(
      "SELECT position FROM system.process_checkpoint WHERE name = 'sealtalk-lines'",
    );
    return rows[0]?.position ?? '';
  };

  it('goes on by its checkpoint: what happened meanwhile is told, once, and what was told is not told again', async () => {
    await start();
    await settled();
    const group = { preset: 'sealtalk', groupId: 'club', name: 'Chess', ownerId: 'ann', members: ['ben'] };
    await side.groups.create(as('ann'), group);
    await settled();
    const early = await checkpoint();
    await side.groups.addMembers(as('ann'), { groupId: 'club', userIds: ['cid'] });
    await settled();
    const told = ['ST:GrpNtf Create', 'ST:GrpNtf Add'];
    expect(await operations(CHAT)).to.deep.equal(told);

    await stop();
    await side.groups.removeMembers(as('ann'), { groupId: 'club', userIds: ['cid'] });
    await side.groups.announce(as('ann'), { groupId: 'club', text: 'Mondays' });
    expect(await operations(CHAT), 'nobody tells').to.deep.equal(told);
    await start();
    await settled();
    told.push('ST:GrpNtf Kicked', 'ST:GrpNtf Bulletin', 'RC:TxtMsg');
    expect(await operations(CHAT)).to.deep.equal(told);
    expect(await operations(notificationsOf('cid')), 'himself').to.deep.equal(['ST:GrpNtf Kicked']);

    // As one leaves it that was killed before it noted how far it had come.
    await stop();
    const head = await side.store.head();
    await side.pool.query("UPDATE system.process_checkpoint SET position = $1 WHERE name = 'sealtalk-lines'", [early]);
    await start();
    await settled();
    await eventually(async () => {
      expect(await checkpoint(), 'it has been through them again').to.not.equal(early);
    });
    expect(await side.store.head()).to.equal(head);
    expect(await operations(CHAT)).to.deep.equal(told);
  });
});
