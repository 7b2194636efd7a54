import { actingUser, hasAdminPowers } from '../shared/actor.js';
import { refuse } from '../shared/errors.js';
import { liveGroup, memberOf, requireReach, requireReachOfAnybody } from './authority.js';
import { checkCard } from './bounds.js';
import { cardFields, isCleared, printOf } from './card-prints.js';
import type { ChangeMemberCard } from './commands.js';
import { mergedFields } from './custom-fields.js';
import { alreadySo, type Decided, type GroupDecision } from './decision.js';
import type { CustomField, MemberCard, MemberCardChanges, ReceiveOption } from './events.js';
import type { GroupState, Member } from './state.js';

/** What a member says of himself in this one group. It is personal: the state knows it by fingerprints only. */
export function changeMemberCard(
  state: GroupState,
  command: Decided<ChangeMemberCard>,
): GroupDecision<'ChangeMemberCard'> {
  const group = liveGroup(state, command);
  const { userId, actor, receiveOption } = command;
  // Before anything is judged by what they would become.
  requireFresh(group.members.get(userId), command);
  const changes = withFields(command);
  const own = actingUser(actor) === userId;
  checkCard(group.rules.values, changes);
  if (receiveOption !== undefined) {
    checkReceiveOption(receiveOption);
    if (!own && !hasAdminPowers(actor)) {
      refuse('NotPermitted', { reason: 'how somebody is told of messages is his own to choose' });
    }
  }
  const named = cardFields.some((field) => changes[field] !== undefined);
  const edits = !own && (named || receiveOption === undefined);
  // Before the member is looked at: who is one is told to nobody from outside.
  if (edits) requireReachOfAnybody(group, actor, 'editCard');
  const member = memberOf(group, userId);
  if (edits) requireReach(group, actor, 'editCard', member);

  const real = realChanges(member, changes);
  const option = receiveOption === member.receiveOption ? undefined : receiveOption;
  const fields = Object.keys(real) as (keyof MemberCardChanges)[];
  const changed = [...fields, ...(option === undefined ? [] : (['receiveOption'] as const))];
  if (changed.length === 0) return alreadySo({ command: 'ChangeMemberCard', alreadySo: true, userId, changed });
  return {
    events: [
      {
        type: 'MemberCardChanged',
        data: {
          groupId: group.groupId,
          userId,
          by: actingUser(actor),
          ...(fields.length > 0 && { changes: real }),
          ...(option !== undefined && { receiveOption: option }),
        },
      },
    ],
    outcome: { command: 'ChangeMemberCard', alreadySo: false, userId, changed },
  };
}

/**
 * No refusal, and nothing is told to the caller of an API: whoever gave the command finds out what the member has now, and gives
 * it again.
 */
export class StaleFields extends Error {
  override readonly name = 'StaleFields';
}

function requireFresh(member: Member | undefined, { fields }: ChangeMemberCard): void {
  if (fields === undefined || member === undefined) return;
  if (printOf(plain([...fields.present])) === member.card.customFields) return;
  throw new StaleFields(`${member.userId} has other custom fields now`);
}

const withFields = ({ changes = {}, fields }: ChangeMemberCard): MemberCardChanges =>
  fields === undefined ? changes : { ...changes, customFields: mergedFields(fields.present, fields) };

/** @throws InvalidArgument */
export function checkReceiveOption(option: ReceiveOption): void {
  if (['all', 'silent', 'none'].includes(option)) return;
  refuse('InvalidArgument', { field: 'receiveOption', reason: 'must be all, silent or none' });
}

/** Only what differs, and clearing in one way of writing it. */
function realChanges(member: Member, asked: MemberCardChanges): MemberCardChanges {
  const real: Record<string, unknown> = {};
  for (const field of cardFields) {
    const value = asked[field];
    if (value === undefined || printOf(plain(value)) === member.card[field]) continue;
    real[field] = isCleared(value) ? null : plain(value);
  }
  return real as MemberCardChanges;
}

/** A card to join with: only what the type names and what says something; nothing for an empty one. */
export function givenCard(card: MemberCard): { card?: MemberCard } {
  const entries = cardFields.flatMap((field) => {
    const value = card[field];
    return value === undefined || isCleared(value) ? [] : [[field, plain(value)] as const];
  });
  return entries.length === 0 ? {} : { card: Object.fromEntries(entries) as MemberCard };
}

type CardValue = NonNullable<MemberCardChanges[keyof MemberCardChanges]> | null;

/** What stands in a fact for ever is only what the type names, whatever else the caller's objects held. */
function plain(value: CardValue): CardValue {
  if (!Array.isArray(value)) return value;
  return value.map((item: string | CustomField) =>
    typeof item === 'string' ? item : { key: item.key, value: item.value },
  ) as string[] | CustomField[];
}
