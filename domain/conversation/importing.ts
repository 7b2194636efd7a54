import { DomainError, refuse } from '../shared/errors.js';
import { checkId } from '../shared/ids.js';
import { utf8LengthOf } from '../shared/text.js';
import { checkMessage } from './bounds.js';
import type { ImportedMessage, ImportMessages, ImportResult } from './commands.js';
import type { ConversationDecision, Decided } from './decision.js';
import type { ConversationEvent, MessageSent } from './events.js';
import { checkAbout, isNamed, openedFor, refuseClosed, requireServer } from './opening.js';
import { answerOf, repeatedBy } from './repeats.js';
import { nextMessage, saidIn } from './sending.js';
import { judgedBy, requireLive } from './speaking.js';
import type { GroupStanding } from './standing.js';
import { evolve, type Conversation, type ConversationState } from './state.js';

/** Messages that were sent elsewhere before: their times are kept, and order nothing. */

export const MOST_IMPORTED = 100;

/** Content and custom of one command, bytes: encrypted and as JSON they still fit into one append. */
export const MOST_IMPORTED_BYTES = 256 * 1024;

export function importMessages(
  state: ConversationState,
  command: Decided<ImportMessages>,
): ConversationDecision<'ImportMessages'> {
  const { about, actor, messages, standing } = command;
  requireServer(actor, 'only app admins import messages');
  checkAbout(about);
  if (about.kind === 'group') {
    if (standing === null) refuse('GroupNotFound', { groupId: about.groupId });
    requireLive(standing);
    if (standing.rules?.keepsHistory === false) refuse('RulesForbid', { groupId: about.groupId, act: 'import' });
  }
  refuseClosed(state);
  checkAmount(messages);
  const { conversation, opening } = openedFor(state, about);
  let after = conversation;
  let earliest = command.inOrder === true ? earliestOf(conversation, standing) : 0;
  const events: MessageSent[] = [];
  const items = messages.map((message, index): ImportResult => {
    const repeated = repeatedBy(after, message, message.sentAt);
    if (repeated !== undefined) return { result: 'repeated', ...repeated };
    const unfit = unfitness(message, command, earliest);
    if (unfit !== undefined) {
      return command.unfit === 'report' ? unfit.item : refuse('InvalidArgument', ofItem(index, unfit.facts));
    }
    const sent = imported(after, message, command);
    events.push(sent);
    after = evolve(after, sent) as Conversation;
    if (command.inOrder === true) earliest = Math.max(earliest, message.sentAt);
    return { result: 'imported', ...answerOf(sent.data, true) };
  });
  const written: readonly ConversationEvent[] = events.length === 0 ? [] : [...opening, ...events];
  return {
    events: written,
    outcome: {
      command: 'ImportMessages',
      alreadySo: written.length === 0,
      opened: written.length > 0 && opening.length > 0,
      items,
    },
  };
}

/** From when on a message may be that comes next, ms UTC. Lines that the server wrote are nobody's words. */
function earliestOf({ recent, lastSeq }: Conversation, standing: GroupStanding | null): number {
  let newest = recent.get(lastSeq);
  while (newest?.author === 'notice') newest = recent.get(newest.seq - 1);
  return Math.max(standing?.createdAt ?? 0, newest?.sentAt ?? 0);
}

function imported(
  conversation: Conversation,
  message: ImportedMessage,
  { standing }: Decided<ImportMessages>,
): MessageSent {
  const { messageId, senderId, sentAt } = message;
  const data = nextMessage(conversation, {
    ...saidIn(message),
    messageId,
    senderId,
    from: 'user',
    sentAt,
    origin: 'imported',
    judgedBy: judgedBy(standing),
  });
  return { type: 'MessageSent', data };
}

function checkAmount(messages: readonly ImportedMessage[]): void {
  if (messages.length === 0) refuse('InvalidArgument', { field: 'messages', reason: 'must not be empty' });
  if (messages.length > MOST_IMPORTED) {
    refuse('InvalidArgument', { field: 'messages', reason: `more than ${MOST_IMPORTED.toString()}` });
  }
  const bytes = messages.reduce(
    (sum, { content, custom = '' }) => sum + utf8LengthOf(content.body) + utf8LengthOf(custom),
    0,
  );
  if (bytes > MOST_IMPORTED_BYTES) {
    refuse('InvalidArgument', {
      field: 'messages',
      reason: `longer than ${MOST_IMPORTED_BYTES.toString()} bytes in all`,
    });
  }
}

type InvalidFacts = DomainError<'InvalidArgument'>['facts'];

interface Unfit {
  readonly item: Extract<ImportResult, { readonly reason: string }>;
  readonly facts: InvalidFacts;
}

function unfitness(
  message: ImportedMessage,
  { about, at }: Decided<ImportMessages>,
  earliest: number,
): Unfit | undefined {
  const { senderId, sentAt } = message;
  try {
    if (!Number.isSafeInteger(sentAt) || sentAt < 0 || sentAt > at) {
      refuse('InvalidArgument', { field: 'sentAt', reason: 'must be whole milliseconds UTC, not in the future' });
    }
    // A back end that counts seconds says the second of the one before.
    if (sentAt + 1_000 <= earliest) {
      refuse('InvalidArgument', { field: 'sentAt', reason: 'must not be before the message that is there' });
    }
    checkId('senderId', senderId);
    if (about.kind === 'single' && !isNamed(about, senderId)) {
      refuse('InvalidArgument', { field: 'senderId', reason: 'must be one of the two' });
    }
    checkMessage(message);
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== 'InvalidArgument') throw error;
    const facts = (error as DomainError<'InvalidArgument'>).facts;
    return { item: { result: kindOf(facts), field: facts.field, reason: facts.reason }, facts };
  }
}

/** The same of this message of the list. */
const ofItem = (index: number, { further, ...first }: InvalidFacts): InvalidFacts => {
  const of = <Fault extends { readonly field: string }>(fault: Fault): Fault => ({
    ...fault,
    field: `messages.${index.toString()}.${fault.field}`,
  });
  return { ...of(first), ...(further !== undefined && { further: further.map(of) }) };
};

function kindOf({ field, reason }: InvalidFacts): Unfit['item']['result'] {
  if (field === 'sentAt') return 'timeInvalid';
  return reason.startsWith('longer than') ? 'tooLong' : 'invalid';
}
