import { sightOf } from '../../../../application/queries/sight.js';
import type { MemberCardChanges } from '../../../../domain/group/events.js';
import { shown } from '../../shared/read-your-writes.js';
import { texts } from '../errors.js';
import type { Fields } from '../fields.js';
import type { Operation } from '../operation.js';
import { postingOn } from '../posting.js';
import { refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { filtered, lengthOf } from '../text.js';

/** What 004 calls the parts of a member's card. */
const parts = { region: 'region', phone: 'phone', WeChat: 'wechat', Alipay: 'alipay' } as const;

/** Only what is sent changes; '' clears. */
function changesOf(fields: Fields): MemberCardChanges {
  const changes: MemberCardChanges = {};
  const name = fields.text('groupNickname');
  if (name !== undefined) {
    changes.nickname = filtered(name, 32);
    if (lengthOf(changes.nickname) > 32) refuseText(400, 'Length of display name invalid.');
  }
  for (const [field, part] of Object.entries(parts)) {
    const text = fields.text(field);
    if (text !== undefined) changes[part] = text;
  }
  if (fields.has('memberDesc')) changes.description = linesOf(fields.value('memberDesc'));
  return changes;
}

/** An array; or one written as text, as in the published sample, with quotes of either kind; or a single line. */
export function linesOf(value: unknown): string[] {
  if (value === null || value === '') return [];
  if (Array.isArray(value)) return value.map(lineOf);
  const text = lineOf(value);
  if (!/^\s*\[.*\]\s*$/s.test(text)) return [text];
  const read = arrayIn(text) ?? arrayIn(text.replaceAll('"', '\\"').replaceAll("'", '"'));
  return read?.map(lineOf) ?? [text];
}

function lineOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : refused(texts.illegalParameter);
}

function arrayIn(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What a member says of himself in a group, and others of him. */
export function memberInfoOperations(services: SealtalkServices): Operation[] {
  const { groupCommands, groups, members } = services;
  const posting = postingOn(services);
  return [
    posting({
      path: '/group/set_member_info',
      handle: async ({ fields, context }) => {
        const groupId = fields.id('groupId');
        const userId = fields.id('memberId');
        await shown(services, groupCommands.changeCard(context, { groupId, userId, changes: changesOf(fields) }));
        return undefined;
      },
    }),
    posting({
      path: '/group/get_member_info',
      reads: true,
      handle: async ({ fields, tenant, me }) => {
        const groupId = fields.id('groupId');
        const userId = fields.id('memberId');
        const standing = await groups.standingIn(tenant, groupId, me);
        if (standing?.role === undefined) refused(texts.notAMember);
        const member = (await members.member(tenant, groupId, userId)) ?? refused(texts.notAMember);
        const looking = { userId: me, role: standing.role, appAdmin: false, settings: standing.settings };
        const { nickname, region, phone, wechat, alipay, description } =
          sightOf(looking, member) === 'idsAndRoles' ? UNSEEN : member.card;
        return {
          result: {
            groupNickname: nickname ?? '',
            region: region ?? '',
            phone: phone ?? '',
            WeChat: wechat ?? '',
            Alipay: alipay ?? '',
            memberDesc: description ?? [],
            isDeleted: false,
          },
        };
      },
    }),
  ];
}

const UNSEEN = { nickname: null, region: null, phone: null, wechat: null, alipay: null, description: null } as const;
