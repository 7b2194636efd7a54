import type { Request } from 'express';
import type { Importing } from '../../../application/commands/conversations.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { hashOf } from '../../../application/commands/scope.js';
import type { ImportResult } from '../../../domain/conversation/commands.js';
import { ofStep, requestContext } from '../shared/context.js';
import { codes } from './codes.js';
import { groupIdOf } from './ids.js';
import { type ImportedMessageItem, ImportMessagesReq } from './import-dto.js';
import { liveGroup } from './live-group.js';
import { contentOf } from './message-content.js';
import { operation, type Operation } from './operation.js';
import { TencentRefused } from './refused.js';
import type { TencentServices } from './services.js';
import { seconds } from './views.js';

/** Of one import (docs/rules.md D3). */
const MOST_MESSAGES = 7;

type Message = Importing['messages'][number];

const results = {
  imported: 0,
  repeated: 0,
  timeInvalid: codes.badParameters[0],
  tooLong: codes.messageTooLong[0],
  invalid: codes.badParameters[0],
} as const satisfies Readonly<Record<ImportResult['result'], number>>;

/** What was said elsewhere, in the order in which it was said. */
export function importMessageOperations(services: TencentServices): Operation[] {
  const { conversationCommands: chats, groupChanges, viewCommands: views } = services;

  const written = async (context: RequestContext, groupId: string, messages: readonly Message[]) => {
    const { ownerId } = await liveGroup(groupChanges, ofStep(context, 'group'), groupId);
    if (messages.length === 0) return [];
    const conversation = { kind: 'group', groupId } as const;
    const { outcome } = await chats.import(context, { conversation, messages, inOrder: true, unfit: 'report' });
    const newest = outcome.items.findLast(({ result }) => result === 'imported');
    // Of all members he alone is there before the messages are.
    if (ownerId !== null && newest?.result === 'imported') {
      await views.markRead(context, { conversation, userId: ownerId, upToSeq: newest.seq, beyond: 'clamp' });
    }
    return outcome.items;
  };

  return [
    operation({
      command: 'import_group_msg',
      Body: ImportMessagesReq,
      handle: async (call) => {
        const { body, request } = call;
        const groupId = groupIdOf(body);
        const { MsgList } = body;
        if (MsgList.length === 0) throw new TencentRefused('badParameters', 'MsgList must not be empty');
        if (MsgList.length > MOST_MESSAGES) {
          throw new TencentRefused('badParameters', `MsgList has more than ${MOST_MESSAGES.toString()}`);
        }
        const messages = messagesOf(request, MsgList);
        const short = messages.filter((message) => message !== undefined);
        // Those that are short enough were judged in their order.
        const judged = (await written(requestContext(call), groupId, short)).values();
        return {
          ImportMsgResult: MsgList.map(({ SendTime }, n) =>
            resultOf(messages[n] === undefined ? undefined : judged.next().value, SendTime),
          ),
        };
      },
    }),
  ];
}

/** undefined for one that is too long. */
function messagesOf(request: Request, items: readonly ImportedMessageItem[]): (Message | undefined)[] {
  const times = new Map<string, number>();
  return items.map((item, n) => {
    try {
      const content = contentOf(request, item.MsgBody, ['MsgList', n, 'MsgBody']);
      const { From_Account: senderId, SendTime, Random: random } = item;
      const said = [senderId, SendTime.toString(), random?.toString() ?? '', content.body];
      const key = JSON.stringify(said);
      // Without a number of its own, what is said twice in one second is two messages.
      const time = random === undefined ? (times.get(key) ?? 0) : 0;
      times.set(key, time + 1);
      return {
        senderId,
        sentAt: SendTime * 1_000,
        content,
        ...(random !== undefined && { random }),
        // By this it is known again, however long ago it was imported.
        clientMsgId: hashOf('import', ...said, time.toString()),
      };
    } catch (error) {
      if (error instanceof TencentRefused && error.code === 'messageTooLong') return undefined;
      throw error;
    }
  });
}

function resultOf(item: ImportResult | undefined, SendTime: number): object {
  if (item === undefined) return { MsgSeq: 0, MsgTime: SendTime, Result: results.tooLong };
  const Result = results[item.result];
  return 'seq' in item
    ? { MsgSeq: item.seq, MsgTime: seconds(item.sentAt), Result }
    : { MsgSeq: 0, MsgTime: SendTime, Result };
}
