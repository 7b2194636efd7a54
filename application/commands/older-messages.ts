import { setTimeout as pause } from 'node:timers/promises';
import type { ImportedMessage, SendMessage } from '../../domain/conversation/commands.js';
import type { LookedMessage, LookedUp, MessageLookup } from '../ports/message-lookup.js';
import { conversationKeyText } from '../streams.js';
import { isAskable, type LookedCommand } from './conversation-aggregate.js';
import { fail } from './errors.js';

/** Between two looks at a read side that hasn't come far enough, milliseconds. */
const LOOK_AGAIN_MS = 25;

/** How many messages of an import are looked for side by side. */
const AT_ONCE = 16;

export type LookedSend = SendMessage & Pick<LookedCommand, 'lookedUpTo'>;

type Found = { readonly command: LookedCommand } | { readonly told: LookedMessage };

/** Finds in the read side what a conversation's commands need of messages that its state no longer remembers. */
export class OlderMessages {
  constructor(private readonly messages: MessageLookup) {}

  /** As far as the read side is now. @returns gives a send of the same message what was found */
  async lookFor(
    tenant: string,
    { about, senderId, clientMsgId }: Pick<SendMessage, 'about' | 'senderId' | 'clientMsgId'>,
  ): Promise<(command: SendMessage) => LookedSend> {
    if (!isAskable(clientMsgId)) return (command) => command;
    const found = await this.messages.byClientMsgId(tenant, conversationKeyText(about), senderId, clientMsgId);
    return (command) => ({ ...command, looked: { duplicate: found.message }, lookedUpTo: found.upToSeq });
  }

  /**
   * What the command needs of the messages up to `upTo`; waits until the read side has come as far.
   * @param end when its caller waits no longer, on the clock of `performance.now()`
   * @returns the command with what was found; of a line, the one that was told before
   * @throws ApplicationError Unavailable
   */
  async lookUp(tenant: string, command: LookedCommand, upTo: number, end: number): Promise<Found> {
    for (;;) {
      const found = await this.#look(tenant, command);
      if ('told' in found || (found.command.lookedUpTo ?? 0) >= upTo) return found;
      if (performance.now() + LOOK_AGAIN_MS > end) fail('Unavailable', { what: "the conversation's older messages" });
      await pause(LOOK_AGAIN_MS);
    }
  }

  async #look(tenant: string, command: LookedCommand): Promise<Found> {
    const conversation = conversationKeyText(command.about);
    switch (command.type) {
      case 'SendMessage':
        return { command: (await this.lookFor(tenant, command))(command) };
      case 'ImportMessages':
        return { command: await this.#lookForAll(tenant, conversation, command) };
      case 'SendNotice': {
        const { message, upToSeq } = await this.messages.byMessageId(tenant, conversation, command.messageId);
        return message === null ? { command: { ...command, lookedUpTo: upToSeq } } : { told: message };
      }
      case 'RevokeMessages':
      case 'DeleteMessages': {
        const looked = await this.messages.bySeqs(tenant, conversation, command.seqs);
        // Seqs have no gaps: the read side has all before the highest that it has.
        return { command: { ...command, looked, lookedUpTo: Math.max(0, ...looked.map(({ seq }) => seq)) } };
      }
      default:
        return { command };
    }
  }

  async #lookForAll(
    tenant: string,
    conversation: string,
    command: Extract<LookedCommand, { readonly type: 'ImportMessages' }>,
  ): Promise<LookedCommand> {
    let lookedUpTo = Number.MAX_SAFE_INTEGER;
    const messages: ImportedMessage[] = [];
    for (let start = 0; start < command.messages.length; start += AT_ONCE) {
      const some = command.messages.slice(start, start + AT_ONCE).map(async (message): Promise<ImportedMessage> => {
        const { senderId, clientMsgId } = message;
        if (!isAskable(clientMsgId)) return message;
        const found: LookedUp = await this.messages.byClientMsgId(tenant, conversation, senderId, clientMsgId);
        lookedUpTo = Math.min(lookedUpTo, found.upToSeq);
        return { ...message, looked: { duplicate: found.message } };
      });
      messages.push(...(await Promise.all(some)));
    }
    return { ...command, messages, lookedUpTo };
  }
}
