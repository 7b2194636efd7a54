import type { Content } from '../../../../domain/conversation/events.js';

/**
 * The messages that 004's server sends because of what happened, as its clients read them: the web client reads a notice's
 * `data.data`, the Android client its `data`, and the published page spells the operator's id in a way of its own, so each stands
 * in all of its places.
 */

/** Sender of what is told to a group, and of what asks a person. */
export const SENDERS = { group: '__system__', apply: '__group_apply__' } as const;

const content = (type: string, body: object): Content => ({
  format: 'sealtalk',
  type,
  body: JSON.stringify(body),
});

const operated = (operatorId: string, operation: string): object => ({
  operatorUserId: operatorId,
  operatoerUserId: operatorId,
  operation,
});

export function groupNotice(operatorId: string, operation: string, data?: object): Content {
  return content('ST:GrpNtf', {
    ...operated(operatorId, operation),
    ...(data === undefined ? {} : { data: { ...data, data } }),
    message: '',
  });
}

export const applyNotice = (operatorId: string, data: object): Content =>
  content('ST:GrpApply', { ...operated(operatorId, 'Invite'), data });

export const settingNotice = (operatorId: string, operation: 'openRegularClear' | 'closeRegularClear'): Content =>
  content('ST:ConNtf', operated(operatorId, operation));

/** @param clearTime ms UTC: what is older is gone */
export const clearNotice = (operatorId: string, clearTime: number): Content =>
  content('ST:MsgClear', { ...operated(operatorId, 'openRegularClear'), clearTime });

/** What everybody reads of an announcement. */
export const bulletinText = (text: string): Content =>
  content('RC:TxtMsg', {
    content: `@所有人 ${text}`,
    mentionedInfo: { type: 1, userIdList: ['All'], mentionedContent: text },
    extra: '',
  });
