import { expect } from 'chai';
import type { OpenimAnswer, OpenimClient } from './openim-client.js';
import type { Random } from './random.js';

/** Two servers of one log, asked by 003's API. */
export interface MessageRing {
  readonly im: (server: number) => OpenimClient;
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
    name: 'eight equal sends with one Idempotency-Key',
    run: async ({ im, tokenOf }, [sendID, recvID], round) => {
      const body = { sendID, recvID, sessionType: 1, contentType: 101, content: { content: 'once' } };
      const headers = { 'Idempotency-Key': `send-${sendID}-${recvID}-${round.toString()}` };
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          im(round + n).call('/msg/send_msg', body, { token: tokenOf('root'), headers }),
        ),
      );
      for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
      expect(answers[0]?.errCode, answers[0]?.errDlt).to.equal(0);
    },
  },
];
