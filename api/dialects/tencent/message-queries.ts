import { chatOf, type Looks } from './looks.js';
import { groupIdOf } from './ids.js';
import { HistoryReq } from './message-dto.js';
import { historyItem } from './message-views.js';
import { operation, type Operation } from './operation.js';
import type { TencentServices } from './services.js';

/** Messages in one answer (docs/rules.md D3). */
const MOST_MESSAGES = 20;

/** What was said in groups. */
export function messageQueryOperations({ messages, clock }: TencentServices, looks: Looks): Operation[] {
  return [
    operation({
      command: 'group_msg_get_simple',
      Body: HistoryReq,
      reads: true,
      handle: async ({ body, caller }) => {
        const { tenant } = caller;
        const { ReqMsgSeq = 0, ReqMsgNumber } = body;
        const group = await looks.group(tenant, groupIdOf(body));
        const reader = { tenant, userId: null, at: clock.now() };
        const page = await messages.history(reader, chatOf(group), {
          order: 'descending',
          limit: Math.min(ReqMsgNumber, MOST_MESSAGES),
          ...(ReqMsgSeq > 0 && { toSeq: ReqMsgSeq }),
        });
        const last = page?.visible.lastSeq ?? 0;
        // Seqs have no gaps.
        const there = ReqMsgSeq > 0 ? Math.min(ReqMsgSeq, last) : last;
        const shown = (page?.messages ?? []).map(historyItem);
        return {
          GroupId: group.groupId,
          IsFinished: shown.length === Math.min(ReqMsgNumber, there) ? 1 : 0,
          RspMsgList: shown,
        };
      },
    }),
  ];
}
