import { expect } from 'chai';
import { eventually } from './eventually.js';
import type { OpenimAnswer, OpenimClient } from './openim-client.js';
import type { Random } from './random.js';
import type { V1Answer, V1Client } from './v1-client.js';

/** Two servers of one log, asked by 003's API and by `/v1`. */
export interface MessageRing {
  readonly im: (server: number) => OpenimClient;
  readonly client: (server: number) => V1Client;
  /** Of the first incarnation's conversation, from its opening on. */
  readonly logOfGroupChat: (groupId: string) => Promise<readonly { readonly type: string; readonly data: object }[]>;
  readonly tokenOf: (userId: string) => string;
  readonly random: Random;
}

export interface MessageRace {
  readonly name: string;
  /** Once between two people, whose chat goes on. @throws what isn't as it must be */
  readonly run: (ring: MessageRing, pair: readonly [string, string], round: number) => Promise<void>;
}

const chatOf = (pair: readonly [string, string]): string => `si_${[...pair].sort().join('_')}`;

async function send(
  { im, tokenOf }: MessageRing,
  server: number,
  [sendID, recvID]: readonly [string, string],
): Promise<OpenimAnswer<{ seq: number }>> {
  const body = { sendID, recvID, sessionType: 1, contentType: 101, content: { content: 'said' } };
  return im(server).call('/msg/send_msg', body, { token: tokenOf('root') });
}

async function sentSeq(ring: MessageRing, server: number, pair: readonly [string, string]): Promise<number> {
  const { data, errDlt } = await send(ring, server, pair);
  expect(data, errDlt).to.not.equal(undefined);
  return data?.seq ?? 0;
}

/** How far he has read, and up to where there is something, as this server says. */
async function positionOf(
  { im, tokenOf }: MessageRing,
  server: number,
  userID: string,
  chat: string,
): Promise<{ readonly maxSeq: number; readonly hasReadSeq: number }> {
  const { seqs } = await im(server).done<{ seqs: Record<string, { maxSeq: number; hasReadSeq: number }> }>(
    '/msg/get_conversations_has_read_and_max_seq',
    { userID, conversationIDs: [chat] },
    { token: tokenOf(userID) },
  );
  return seqs[chat] ?? { maxSeq: 0, hasReadSeq: 0 };
}

export const messageRaces: readonly MessageRace[] = [
  {
    name: 'revoke against revoke',
    run: async (ring, pair, round) => {
      const { im, tokenOf } = ring;
      const [userID] = pair;
      const seq = await sentSeq(ring, round, pair);
      const body = { conversationID: chatOf(pair), seq, userID };
      const answers = await Promise.all(
        [0, 1, 2, 3].map((n) => im(round + n).call('/msg/revoke_msg', body, { token: tokenOf(userID) })),
      );
      expect(answers.map(({ errCode }) => errCode).sort((a, b) => a - b)).to.deep.equal([0, 1404, 1404, 1404]);
    },
  },
  {
    name: 'mark as read in any order',
    run: async (ring, [sender, reader], round) => {
      const { im, tokenOf, random } = ring;
      const chat = chatOf([sender, reader]);
      const last = [];
      for (let n = 0; n < 3; n++) last.push(await sentSeq(ring, round + n, [sender, reader]));
      const newest = Math.max(...last);
      const marks = last.map((seq) => ({ seq, order: random.next(), server: random.between(0, 2) }));
      const [later] = await Promise.all([
        sentSeq(ring, round + 1, [sender, reader]),
        ...marks
          .sort((a, b) => a.order - b.order)
          .map(async ({ seq, server }) => {
            const body = { conversationID: chat, userID: reader, seqs: [seq] };
            await im(server).done('/msg/mark_msgs_as_read', body, { token: tokenOf(reader) });
            // What was acknowledged is there at once, wherever one asks.
            const { hasReadSeq } = await positionOf(ring, server + 1, reader, chat);
            expect(hasReadSeq).to.be.within(seq, newest);
          }),
      ]);
      for (const server of [0, 1]) expect((await positionOf(ring, server, reader, chat)).hasReadSeq).to.equal(newest);
      const beyond = { conversationID: chat, userID: reader, seqs: [later + 1] };
      const { errCode } = await im(round).call('/msg/mark_msgs_as_read', beyond, { token: tokenOf(reader) });
      expect(errCode, 'beyond the newest').to.equal(1001);
    },
  },
  {
    name: 'send against block',
    run: async (ring, [sender, receiver], round) => {
      const { im, tokenOf } = ring;
      const body = { ownerUserID: receiver, blackUserID: sender };
      const block = im(round).done('/friend/add_black', body, { token: tokenOf(receiver) });
      const meanwhile = [0, 1].map((n) => send(ring, round + n, [sender, receiver]));
      for (const { errCode } of await Promise.all(meanwhile)) expect(errCode).to.be.oneOf([0, 1302]);
      await block;
      for (const n of [0, 1]) {
        expect((await send(ring, round + n, [sender, receiver])).errCode, 'after the block').to.equal(1302);
      }
      await im(round + 1).done('/friend/remove_black', body, { token: tokenOf(receiver) });
      expect((await send(ring, round, [sender, receiver])).errCode, 'after its end').to.equal(0);
    },
  },
  {
    name: 'eight equal sends with one clientMsgId, and eight with one Idempotency-Key',
    run: async ({ im, client, tokenOf }, [sendID, recvID], round) => {
      const once = `${sendID}-${recvID}-${round.toString()}`;
      const body = { sendID, recvID, sessionType: 1, contentType: 101, content: { content: 'once' } };
      const [byClientMsgId, byKey] = await Promise.all([
        eightTimes((n) =>
          client(round + n).call<SentReceipt>('POST', `/conversations/user:${recvID}/messages`, {
            token: tokenOf(sendID),
            body: { text: 'once', clientMsgId: once },
          }),
        ),
        eightTimes((n) =>
          im(round + n).call('/msg/send_msg', body, {
            token: tokenOf('root'),
            headers: { 'Idempotency-Key': once },
          }),
        ),
      ]);
      for (const answer of byKey) expect(answer).to.deep.equal(byKey[0]);
      expect(byKey[0]?.errCode, byKey[0]?.errDlt).to.equal(0);

      const { outcome, position = '' } = byClientMsgId[0]!.body;
      for (const { body: answer } of byClientMsgId) expect(answer.outcome).to.deep.equal(outcome);
      const statuses = byClientMsgId.map(({ status }) => status).sort((a, b) => a - b);
      expect(statuses, 'one that sent it').to.deep.equal([200, 200, 200, 200, 200, 200, 200, 201]);
      const { items } = (
        await client(round).call<{ items: { clientMsgId: string | null }[] }>(
          'GET',
          `/conversations/user:${sendID}/messages?limit=30&minPosition=${position}`,
          { token: tokenOf(recvID) },
        )
      ).body;
      expect(items.filter(({ clientMsgId }) => clientMsgId === once)).to.have.length(1);
    },
  },
  {
    name: 'send against mute, mute of all, kick and dismissal, and nothing after the closing',
    run: runEndings,
  },
];

interface SentReceipt {
  readonly outcome?: object;
  readonly position?: string;
  readonly code?: string;
}

const eightTimes = <T>(work: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: 8 }, (_, n) => work(n)));

/** What ends a member's speaking, and how he hears of it by `/v1` and by 003's API; `lift` lets him speak again. */
interface Ending {
  readonly end: readonly [method: string, path: string];
  readonly lift?: readonly [method: string, path: string];
  readonly refused: readonly [code: string, errCode: number];
  /** What he may hear as well who sent before the acknowledgement. */
  readonly meanwhile?: string;
}

const endingsOf = (member: string): readonly Ending[] => [
  {
    end: ['PUT', `/members/${member}/mute`],
    lift: ['DELETE', `/members/${member}/mute`],
    refused: ['MemberMuted', 1402],
  },
  { end: ['PUT', '/mute'], lift: ['DELETE', '/mute'], refused: ['GroupMuted', 1403] },
  { end: ['DELETE', `/members/${member}`], lift: ['PUT', '/members/me'], refused: ['NotGroupMember', 1203] },
  // Judged by the group as it was, the message may find its conversation closed when it is to be written.
  { end: ['DELETE', ''], refused: ['GroupDismissed', 1204], meanwhile: 'ConversationClosed' },
];

/** In a group of its own. What is sent meanwhile may be heard or not, what is sent after the acknowledgement isn't. */
async function runEndings(ring: MessageRing, [owner, member]: readonly [string, string], round: number): Promise<void> {
  const { client, im, tokenOf, random } = ring;
  const groupId = `ends-${owner}-${member}-${round.toString()}`;
  const command = async (by: string, method: string, path: string, body?: object): Promise<void> => {
    const request = { token: tokenOf(by), ...(body && { body }) };
    const { status, body: answer } = await client(random.between(0, 2)).call(method, `/groups${path}`, request);
    expect(status, JSON.stringify(answer)).to.be.oneOf([200, 201]);
  };
  await command(owner, 'POST', '', { groupId, name: 'Ends', members: [member] });

  let acknowledged = 0;
  /** The code of its refusal; undefined: it was sent. */
  const say = async (server: number, by003: boolean): Promise<string | number | undefined> => {
    const code = by003 ? await sayBy003(server) : await sayByV1(server);
    if (code === undefined) acknowledged++;
    return code;
  };
  const sayByV1 = async (server: number): Promise<string | undefined> => {
    const { status, body }: V1Answer<SentReceipt> = await client(server).call(
      'POST',
      `/conversations/group:${groupId}/messages`,
      { token: tokenOf(member), body: { text: 'said' } },
    );
    return status === 201 ? undefined : body.code;
  };
  const sayBy003 = async (server: number): Promise<number | undefined> => {
    const body = { sendID: member, groupID: groupId, sessionType: 3, contentType: 101, content: { content: 'said' } };
    const { errCode } = await im(server).call('/msg/send_msg', body, { token: tokenOf('root') });
    return errCode === 0 ? undefined : errCode;
  };

  // Both servers know the group before it changes.
  for (const server of [0, 1]) expect(await say(server, server === 0)).to.equal(undefined);
  for (const { end, lift, refused, meanwhile: also } of endingsOf(member)) {
    const meanwhile = [0, 1].map((server) => say(server, random.next() < 0.5));
    await command(owner, end[0], `/${groupId}${end[1]}`);
    const after = await Promise.all([0, 1].flatMap((server) => [say(server, false), say(server, true)]));
    expect(after, `after ${end.join(' ')}`).to.deep.equal([...refused, ...refused]);
    for (const code of await Promise.all(meanwhile))
      expect(code).to.be.oneOf([undefined, ...refused, ...(also === undefined ? [] : [also])]);
    if (lift) await command(lift[1] === '/members/me' ? member : owner, lift[0], `/${groupId}${lift[1]}`);
  }

  await eventually(async () => {
    const types = (await ring.logOfGroupChat(groupId)).map(({ type }) => type);
    return types.includes('ConversationClosed');
  });
  const log = await ring.logOfGroupChat(groupId);
  expect(log.findIndex(({ type }) => type === 'ConversationClosed')).to.equal(log.length - 1);
  const said = log.filter(({ type, data }) => type === 'MessageSent' && 'content' in data);
  expect(said.length, 'what was acknowledged, and nothing else').to.equal(acknowledged);
}
