import type { GroupCommands, Import } from '../../application/commands/groups.js';
import type { ImportResult } from '../../domain/group/commands.js';
import type { MemberCard } from '../../domain/group/events.js';
import { InputInvalid } from '../http/validation.js';
import { receipt, requestContext } from './commanding.js';
import { always, done, managers } from './declaring.js';
import { ChangeRoles, type ImportedMember, ImportMembers, PeopleDto, RemovePeople } from './dto/admission.js';
import { GroupPath } from './dto/groups.js';
import type { MemberCardDto } from './dto/members.js';
import { operation, type Operation } from './operation.js';
import { AdditionReceipt, ImportReceipt, RemovalReceipt, RolesReceipt } from './schemas/receipts.js';

/** Several people in one command, written as one, each with an outcome of his own. */
export function memberBatchOperations(groups: GroupCommands): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/groups/{groupId}/members',
      operationId: 'addMembers',
      summary: 'Put people into a group without asking anybody',
      description:
        'For app admins; members invite (`POST /groups/{groupId}/invitations`). `outcome.items`: `joined`, `already`, `repeated`, `unknown` or `full`.',
      tag: 'Members',
      access: 'appAdmin',
      ifMatch: true,
      Path: GroupPath,
      Body: PeopleDto,
      success: done(AdditionReceipt),
      problems: [...always, 'RulesForbid', 'DuplicateItems', 'AlreadyGroupMember', 'UserNotFound', 'GroupFull'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const { userIds, allOrNothing } = invocation.body;
        const onItem = allOrNothing ? 'refuse' : 'report';
        const result = await groups.addMembers(requestContext(invocation, 'POST /groups/{groupId}/members'), {
          groupId,
          userIds,
          consent: 'waive',
          repeated: onItem,
          already: onItem,
          unknown: onItem,
          full: onItem,
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'post',
      path: '/groups/{groupId}/removals',
      operationId: 'removeMembers',
      summary: 'Remove several members',
      description: '`outcome.items`: `removed`, `repeated`, `absent`, `self`, `owner` or `roleTooHigh`.',
      tag: 'Members',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: RemovePeople,
      success: done(RemovalReceipt),
      problems: [...always, ...managers, 'DuplicateItems', 'SelfNotAllowed', 'TargetRoleTooHigh'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const { userIds, allOrNothing, reason } = invocation.body;
        const onItem = allOrNothing ? 'refuse' : 'report';
        const result = await groups.removeMembers(requestContext(invocation, 'POST /groups/{groupId}/removals'), {
          groupId,
          userIds,
          ...(reason === undefined ? {} : { reason }),
          repeated: onItem,
          absent: onItem,
          unreachable: onItem,
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'patch',
      path: '/groups/{groupId}/roles',
      operationId: 'changeRoles',
      summary: 'Make several members admins, or several admins members',
      description:
        '`outcome.items`: `changed`, `already`, `repeated`, `absent`, `owner`, `roleTooHigh` or `tooManyAdmins`.',
      tag: 'Members',
      access: 'user',
      ifMatch: true,
      Path: GroupPath,
      Body: ChangeRoles,
      success: done(RolesReceipt),
      problems: [...always, ...managers, 'DuplicateItems', 'OwnerRoleFixed', 'TargetRoleTooHigh', 'TooManyAdmins'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const { userIds, allOrNothing, role } = invocation.body;
        const onItem = allOrNothing ? 'refuse' : 'report';
        const result = await groups.changeRoles(requestContext(invocation, 'PATCH /groups/{groupId}/roles'), {
          groupId,
          userIds,
          role,
          repeated: onItem,
          absent: onItem,
          unreachable: onItem,
        });
        return receipt(groupId, result);
      },
    }),
    operation({
      method: 'post',
      path: '/groups/{groupId}/imports',
      operationId: 'importMembers',
      summary: 'Bring members in from elsewhere, with the times they have there',
      description: '`outcome.items`: `joined`, `already`, `repeated`, `unknown`, `full` or `tooManyAdmins`.',
      tag: 'Members',
      access: 'appAdmin',
      ifMatch: true,
      Path: GroupPath,
      Body: ImportMembers,
      success: done(ImportReceipt),
      problems: [...always, 'RulesForbid', 'TargetRoleTooHigh'],
      handle: async (invocation) => {
        const { groupId } = invocation.path;
        const members = invocation.body.members.map(importedMember);
        const result = await groups.importMembers(requestContext(invocation, 'POST /groups/{groupId}/imports'), {
          groupId,
          members,
          unfit: 'refuse',
        });
        const items = result.outcome.items.filter(isFit);
        return receipt(groupId, { ...result, outcome: { ...result.outcome, items } });
      },
    }),
  ];
}

/** All are: one of whom something is out of bounds is refused with all the others. */
const isFit = <Item extends ImportResult>(
  item: Item,
): item is Item & { readonly result: Exclude<Item['result'], 'unfit'> } => item.result !== 'unfit';

function importedMember(
  { userId, role, joinedAt, mutedUntil, card }: ImportedMember,
  index: number,
): Import['members'][number] {
  return {
    userId,
    ...(role === undefined ? {} : { role }),
    ...(joinedAt === undefined ? {} : { joinedAt: Date.parse(joinedAt) }),
    ...(mutedUntil === undefined ? {} : { mutedUntil: muteOf(mutedUntil, index) }),
    ...(card === undefined ? {} : { card: cardOf(card) }),
  };
}

function muteOf(mutedUntil: string, index: number): number | null {
  if (mutedUntil === 'forever') return null;
  const at = Date.parse(mutedUntil);
  if (!Number.isSafeInteger(at)) {
    const pointer = `/members/${index.toString()}/mutedUntil`;
    throw new InputInvalid('body', [{ pointer, detail: 'must be `forever` or a date and time' }]);
  }
  return at;
}

/** What is null says nothing on a new card. */
const cardOf = (card: MemberCardDto): MemberCard =>
  Object.fromEntries(Object.entries(card).filter(([, value]) => value !== null && value !== undefined)) as MemberCard;
