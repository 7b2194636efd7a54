import { expect } from 'chai';
import fc from 'fast-check';
import type { ConversationCommand, ImportedMessage, SendMessage } from '../../../../domain/conversation/commands.js';
import { conversationDecider } from '../../../../domain/conversation/decider.js';
import type { ConversationEvent, MessageSent } from '../../../../domain/conversation/events.js';
import { clientKey, WINDOW } from '../../../../domain/conversation/recent-messages.js';
import { snapshotOf, stateFrom, type ConversationSnapshot } from '../../../../domain/conversation/snapshot.js';
import {
  type Conversation,
  type ConversationState,
  OLDER_FATES_REMEMBERED,
} from '../../../../domain/conversation/state.js';
import type { CommandContext } from '../../../../domain/shared/command.js';
import { DomainError } from '../../../../domain/shared/errors.js';
import {
  bring,
  chatter,
  cleared,
  closed,
  deleted,
  IN_GROUP,
  opened,
  revoked,
  say,
  standingOf,
  tell,
  text,
} from '../../../support/conversation-stories.js';
import { fold } from '../../../support/given-when-then.js';
import { appAdmin, NOW, user } from '../../../support/group-stories.js';

type Asked = ConversationCommand & CommandContext;

/** Owner, admin, two members and one outside, as in `founded()`. */
const people = ['ann', 'bob', 'cid', 'dan', 'zoe'] as const;
const standings = Object.fromEntries(people.map((who) => [who, standingOf(who)]));
const person = fc.constantFrom(...people);
/** Few of each, so that things are said, named and taken back again. */
const words = fc.constantFrom('hello', 'yes', 'no').map(text);
const own = fc.constantFrom('c1', 'c2', 'c3', undefined);
const random = fc.constantFrom(1, 2, undefined);
const seqs = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 });
const unfit = fc.constantFrom('refuse' as const, 'report' as const);

const sending = fc
  .record({
    senderId: person,
    content: words,
    clientMsgId: own,
    random,
    countsUnread: fc.boolean(),
    messageId: fc.uuid(),
  })
  .map(({ clientMsgId, random: number, ...message }): SendMessage =>
    say({
      about: IN_GROUP,
      standing: standings[message.senderId] ?? null,
      ...message,
      ...(clientMsgId !== undefined && { clientMsgId }),
      ...(number !== undefined && { random: number }),
    }),
  );

const importing = fc
  .array(
    fc.record({
      senderId: person,
      content: words,
      sentAt: fc.constantFrom(NOW - 9, NOW - 5, NOW),
      countsUnread: fc.boolean(),
    }),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((messages: Partial<ImportedMessage>[]) =>
    bring(messages, { about: IN_GROUP, standing: standings['ann'] ?? null }),
  );

const telling = fc.constantFrom('e1', 'e2', 'e3').map((eventId) => tell({ eventId }));

const taking = (type: 'RevokeMessages' | 'DeleteMessages') =>
  fc.record({ seqs, unfit, who: person }).map(({ who, ...named }) => ({
    command: {
      type,
      about: IN_GROUP,
      standing: standings[who] ?? null,
      revokeWithin: null,
      ...named,
    } as ConversationCommand,
    who,
  }));

const clearing = fc
  .record({ who: person, upToSeq: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }) })
  .map(({ who, upToSeq }) => ({
    command: {
      type: 'ClearConversation' as const,
      about: IN_GROUP,
      standing: standings[who] ?? null,
      ...(upToSeq !== undefined && { upToSeq }),
    },
    who,
  }));

const asked: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 8, arbitrary: sending.map((command) => ({ ...command, ...user(command.senderId) })) },
  { weight: 1, arbitrary: importing.map((command) => ({ ...command, ...appAdmin })) },
  { weight: 1, arbitrary: telling.map((command) => ({ ...command, ...appAdmin })) },
  { weight: 3, arbitrary: taking('RevokeMessages').map(({ command, who }) => ({ ...command, ...user(who) })) },
  { weight: 2, arbitrary: taking('DeleteMessages').map(({ command, who }) => ({ ...command, ...user(who) })) },
  { weight: 1, arbitrary: clearing.map(({ command, who }) => ({ ...command, ...user(who) })) },
);

const closing: Asked = { type: 'CloseConversation', about: IN_GROUP, why: 'groupDismissed', ...appAdmin };

/** Each decided on what the ones before it leave; a refused one leaves all as it was. */
function played(commands: readonly Asked[]): { state: ConversationState; events: ConversationEvent[] } {
  const events: ConversationEvent[] = [];
  let state = conversationDecider.initialState;
  for (const command of commands) {
    try {
      const made = conversationDecider.decide(state, command).events;
      events.push(...made);
      state = made.reduce(conversationDecider.evolve, state);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return { state, events };
}

const messagesIn = (events: readonly ConversationEvent[]): MessageSent['data'][] =>
  events.flatMap((event) => (event.type === 'MessageSent' ? [event.data] : []));

const history = fc.array(asked, { minLength: 1, maxLength: 40 });

/** Through the text that a database keeps. */
const kept = (state: ConversationState): ConversationState | undefined =>
  stateFrom(JSON.parse(JSON.stringify(snapshotOf(state))));

describe('the laws of a conversation', () => {
  it('seqs run from 1 without gaps, and every message says how many count up to it, whatever is asked', () => {
    fc.assert(
      fc.property(history, (commands) => {
        const { events, state } = played(commands);
        const messages = messagesIn(events);
        let countable = 0;
        messages.forEach((message, index) => {
          countable += message.countsUnread ? 1 : 0;
          expect(message.seq).to.equal(index + 1);
          expect(message.countable).to.equal(countable);
        });
        if (state.status === 'none') return;
        expect([state.lastSeq, state.countable]).to.deep.equal([messages.length, countable]);
        expect(events.filter(({ type }) => type === 'ConversationOpened')).to.have.length(1);
      }),
    );
  });

  it('no message stands twice: by the sender’s own id, by sender, random and content, by the event it tells of', () => {
    fc.assert(
      fc.property(history, (commands) => {
        const messages = messagesIn(played(commands).events);
        const known = messages.flatMap(({ senderId, clientMsgId, random: number, content, notice }) => [
          ...(clientMsgId === undefined ? [] : [`c ${senderId} ${clientMsgId}`]),
          ...(number === undefined ? [] : [`r ${senderId} ${number.toString()} ${content?.body ?? ''}`]),
          ...(notice === undefined ? [] : [`n ${notice.eventId}`]),
        ]);
        expect(known).to.deep.equal([...new Set(known)]);
      }),
    );
  });

  it('a message is revoked once, and nothing is revoked that was taken away', () => {
    fc.assert(
      fc.property(history, (commands) => {
        const gone = new Set<number>();
        let upTo = 0;
        for (const event of played(commands).events) {
          if (event.type === 'MessageRevoked') {
            const { seq } = event.data;
            expect(gone.has(seq) || seq <= upTo, `seq ${seq.toString()}`).to.equal(false);
            gone.add(seq);
          }
          if (event.type === 'MessagesDeleted') event.data.seqs.forEach((seq) => gone.add(seq));
          if (event.type === 'ConversationCleared') upTo = event.data.upToSeq;
        }
      }),
    );
  });

  it('any closing is final: nothing follows it, whatever was judged before', () => {
    fc.assert(
      fc.property(history, history, (before, after) => {
        const { events } = played([...before, closing, ...after, closing]);
        expect(events.at(-1)?.type).to.equal('ConversationClosed');
        expect(events.filter(({ type }) => type === 'ConversationClosed')).to.have.length(1);
      }),
    );
  });

  it('asked again, it is already so', () => {
    fc.assert(
      fc.property(history, asked, (commands, command) => {
        fc.pre(command.type === 'SendMessage' ? command.clientMsgId !== undefined : command.type !== 'ImportMessages');
        const { state } = played(commands);
        const { events } = played([...commands, command]);
        const after = events.reduce(conversationDecider.evolve, conversationDecider.initialState);
        fc.pre(JSON.stringify(snapshotOf(after)) !== JSON.stringify(snapshotOf(state)));
        expect(played([...commands, command, command]).events).to.deep.equal(events);
      }),
    );
  });

  it('the fold of a snapshot and the tail is the fold of all', () => {
    fc.assert(
      fc.property(history, fc.nat(), (commands, cut) => {
        const { events, state } = played([...commands, closing]);
        const at = cut % (events.length + 1);
        const from = kept(fold(conversationDecider, events.slice(0, at))) ?? conversationDecider.initialState;
        const folded = events.slice(at).reduce(conversationDecider.evolve, from);
        expect(snapshotOf(folded)).to.deep.equal(snapshotOf(state));
        const [one, other] = [folded, state].map((each) =>
          people.flatMap((sender) =>
            ['c1', 'c2', 'c3'].map((id) => (each as Conversation).recent.by(clientKey(sender, id))),
          ),
        );
        expect(one).to.deep.equal(other);
      }),
    );
  });

  it('evolve leaves the state that it is given as it was', () => {
    fc.assert(
      fc.property(history, (commands) => {
        const { events } = played([...commands, closing]);
        events.reduce((state, event) => {
          const before = JSON.stringify(snapshotOf(state));
          const after = conversationDecider.evolve(state, event);
          expect(JSON.stringify(snapshotOf(state))).to.equal(before);
          return after;
        }, conversationDecider.initialState);
      }),
    );
  });
});

describe('the state of a long conversation', () => {
  const long: ConversationEvent[] = [
    opened(),
    ...chatter(3 * WINDOW, (seq) => ({ clientMsgId: `c${seq.toString()}`, random: seq })),
    ...Array.from({ length: 3 * WINDOW }, (_, index) => revoked(index + 1)),
    ...Array.from({ length: 3 * WINDOW }, (_, index) => deleted([index + 1])),
  ];
  const state = fold(conversationDecider, long) as Conversation;

  it('is bounded, whatever was said and taken back', () => {
    expect(state.lastSeq).to.equal(3 * WINDOW);
    expect(state.recent.size).to.equal(WINDOW);
    expect(state.olderFates.size).to.equal(OLDER_FATES_REMEMBERED);
  });

  it('survives as a snapshot, and goes on as without it', () => {
    const restored = kept(state) as Conversation;
    expect(snapshotOf(restored)).to.deep.equal(snapshotOf(state));
    const tail = chatter(3 * WINDOW + 20).slice(3 * WINDOW);
    const [one, other] = [state, restored].map((each) =>
      tail.reduce(conversationDecider.evolve, each as ConversationState),
    );
    expect(snapshotOf(one as Conversation)).to.deep.equal(snapshotOf(other as Conversation));
  });

  it('holds nothing of what was said', () => {
    expect(JSON.stringify(snapshotOf(state))).to.not.contain('said');
  });

  it('folds any history: clearing only moves on, and nothing follows the closing', () => {
    const moved = fold(conversationDecider, [opened(), ...chatter(3), cleared(3), cleared(1)]) as Conversation;
    expect(moved.clearedUpTo).to.equal(3);
    const over = fold(conversationDecider, [opened(), closed]);
    for (const event of [...chatter(1), revoked(1), deleted([1]), cleared(1), opened(), closed]) {
      expect(conversationDecider.evolve(over, event)).to.equal(over);
    }
  });

  it('a snapshot of another version, or what is none, says nothing', () => {
    const snapshot: ConversationSnapshot = { ...snapshotOf(state), fold: 0 };
    for (const json of [snapshot, null, 7, 'x', {}, [], { fold: 1, status: 'open' }]) {
      expect(stateFrom(json)).to.equal(undefined);
    }
    expect(kept(conversationDecider.initialState)).to.deep.equal(conversationDecider.initialState);
  });

  it('folds what was erased with its sender, and doesn’t call a repeat of it other content', () => {
    const [first] = chatter(1, () => ({ clientMsgId: 'c' }));
    const erased = { ...first, data: { ...first?.data, content: null } } as unknown as ConversationEvent;
    const after = fold(conversationDecider, [opened(), erased]);
    const { events, outcome } = conversationDecider.decide(after, { ...say({ clientMsgId: 'c' }), ...user('ann') });
    expect(events).to.deep.equal([]);
    expect(outcome).to.include({ alreadySo: true, sameContent: true });
  });
});
