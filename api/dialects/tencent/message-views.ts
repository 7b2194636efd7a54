import type { MessageView } from '../../../application/queries/messages.js';
import { shownIn } from '../../../domain/conversation/content/crossing.js';
import { fieldsOf, jsonOf, textAt } from '../../../domain/conversation/content/fields.js';
import { families, neutralOf } from '../../../domain/conversation/content/families.js';
import { isMsgBody } from '../../../domain/conversation/content/tencent.js';
import type { Content, Notice } from '../../../domain/conversation/events.js';
import { JsonText } from '../shared/lossless-json.js';
import { priorityNumbers, seconds } from './views.js';

/** Who says what is said in the service's name. */
const SYSTEM = '@TIM#SYSTEM';

/** In a custom element's `Ext`: its data is a line of the server's. */
const NOTICE = 'parley.notice.v1';

/** A message of the history; one that is gone keeps its place, and says nothing. */
export function historyItem(message: MessageView): object {
  const said = message.status === 'sent' ? msgBodyOf(message) : undefined;
  const cloud = said && textAt(fieldsOf(jsonOf(message.custom)), 'CloudCustomData');
  return {
    From_Account: message.from === 'system' ? SYSTEM : message.senderId,
    IsPlaceMsg: said === undefined ? 1 : 0,
    MsgBody: said ?? [],
    MsgPriority: priorityNumbers[message.priority ?? 'normal'],
    MsgRandom: message.random ?? 0,
    MsgSeq: message.seq,
    MsgTimeStamp: seconds(message.sentAt),
    ...(cloud !== undefined && { CloudCustomData: cloud }),
  };
}

/** undefined: whoever wrote it was erased. */
function msgBodyOf({ content, notice }: MessageView): JsonText | object[] | undefined {
  if (content !== null) return bodyOf(content);
  return notice === null ? undefined : [noticeElement(notice)];
}

function bodyOf(content: Content): JsonText | object[] {
  const { body } = shownIn('tencent', content);
  if (isMsgBody(jsonOf(body))) return new JsonText(body);
  // Anybody can let a custom element carry what is no MsgBody; then that element is shown.
  const carrying = neutralOf(content);
  const shown = carrying && families.tencent.write(carrying);
  return shown === undefined ? [] : new JsonText(shown.body);
}

/** Ids, as it is kept: the app knows its people's names. */
const noticeElement = ({ kind, by, userIds, until }: Notice): object => ({
  MsgType: 'TIMCustomElem',
  MsgContent: {
    Data: JSON.stringify({ kind, by, userIds, ...(until !== undefined && { until }) }),
    Desc: kind,
    Ext: NOTICE,
    Sound: '',
  },
});
