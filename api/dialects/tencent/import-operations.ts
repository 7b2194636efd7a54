import { settledAtOnce } from '../../../application/at-once.js';
import { fail } from '../../../application/commands/errors.js';
import type { Import } from '../../../application/commands/groups.js';
import type { RequestContext } from '../../../application/commands/request.js';
import { hashOf } from '../../../application/commands/scope.js';
import type { ImportResult } from '../../../domain/group/commands.js';
import type { Group, GroupState } from '../../../domain/group/state.js';
import { isId } from '../../../domain/shared/ids.js';
import { requestContext } from '../shared/context.js';
import type { Caller } from '../shared/operation.js';
import { cardOf, makeGroup, newGroupOf } from './group-operations.js';
import { groupIdOf } from './ids.js';
import { type ImportedMemberItem, ImportGroupReq, ImportMembersReq } from './import-dto.js';
import { liveGroup } from './live-group.js';
import type { Looks } from './looks.js';
import { checkCount, MOST_ADDED } from './member-counts.js';
import { mutedUntilOf } from './mutes.js';
import { operation, type Operation } from './operation.js';
import { TencentRefused } from './refused.js';
import type { TencentServices } from './services.js';
import { receiveOptions } from './views.js';

/** Read positions that are set side by side. */
const AT_ONCE = 16;

const importResults = {
  joined: 1,
  already: 2,
  repeated: 2,
  unknown: 0,
  unfit: 0,
  full: 0,
  tooManyAdmins: 0,
} as const satisfies Record<ImportResult['result'], number>;

/** What comes from elsewhere, with the times that it has there: groups, then their messages, then their members. */
export function importOperations(services: TencentServices, looks: Looks): Operation[] {
  const { groupCommands: groups, groupChanges, clock } = services;
  const positions = new ImportedPositions(services, looks);

  return [
    operation({
      command: 'import_group',
      Body: ImportGroupReq,
      handle: (call) => {
        const { CreateTime = 0 } = call.body;
        const asked = newGroupOf(call.body);
        if (asked.preset === 'tencent-avchatroom') {
          throw new TencentRefused('noPermission', 'AVChatRooms are created, not imported');
        }
        const createdAt = CreateTime === 0 ? clock.now() : CreateTime * 1_000;
        return makeGroup(services, looks, call, { ...asked, createdAt });
      },
    }),
    operation({
      command: 'import_group_member',
      Body: ImportMembersReq,
      handle: async (call) => {
        const { body, caller } = call;
        const groupId = groupIdOf(body);
        const named = body.MemberList;
        checkCount('MemberList', named.length, MOST_ADDED);
        const items = named.filter(({ Member_Account }) => isId(Member_Account));
        const context = requestContext(call);
        let results: readonly ImportResult[] = [];
        if (items.length === 0) await liveGroup(groupChanges, context, groupId);
        else {
          const now = clock.now();
          const members = items.map((item) => importedMember(item, now));
          const asked = { groupId, members, sinceCreation: true, unfit: 'report' } as const;
          const { outcome, state } = await groups.importMembers(context, asked);
          results = outcome.items;
          await positions.set(context, caller, state, placed(items, results));
        }
        // Those that could be somebody's were judged in their order.
        const judged = results.values();
        return {
          MemberList: named.map(({ Member_Account }) => {
            const item = isId(Member_Account) ? judged.next().value : undefined;
            return { Member_Account, Result: importResults[item?.result ?? 'unknown'] };
          }),
        };
      },
    }),
  ];
}

function importedMember(item: ImportedMemberItem, now: number): Import['members'][number] {
  const { Member_Account: userId, Role = '', JoinTime = 0, MsgFlag = '' } = item;
  const mutedUntil = mutedUntilOf(item.MuteUntil ?? item.ShutUpUntil ?? 0, now);
  return {
    userId,
    ...(Role !== '' && { role: importedRoles[Role] }),
    ...(JoinTime !== 0 && { joinedAt: JoinTime * 1_000 }),
    ...(MsgFlag !== '' && { receiveOption: receiveOptions[MsgFlag] }),
    ...(mutedUntil !== undefined && { mutedUntil }),
    card: cardOf(item),
  };
}

const importedRoles = { Owner: 'owner', Admin: 'admin', Member: 'member' } as const;

/** Up to where somebody is to have read. */
interface Placed {
  readonly userId: string;
  readonly result: 'joined' | 'already';
  readonly place: { readonly behind: number } | { readonly upToSeq: number };
}

/** Who comes in has read everything; of whom nothing else is said, nothing need be set. */
function placed(items: readonly ImportedMemberItem[], results: readonly ImportResult[]): Placed[] {
  return items.flatMap(({ MsgSeq, UnreadMsgNum }, n): Placed[] => {
    const { userId, result } = results[n] ?? { userId: '', result: 'unknown' };
    if (result !== 'joined' && result !== 'already') return [];
    if (UnreadMsgNum !== undefined)
      return UnreadMsgNum === 0 ? [] : [{ userId, result, place: { behind: UnreadMsgNum } }];
    return MsgSeq === undefined ? [] : [{ userId, result, place: { upToSeq: MsgSeq } }];
  });
}

/** How far imported members have read: set once for each, however often their import is repeated. */
class ImportedPositions {
  constructor(
    private readonly services: Pick<TencentServices, 'viewCommands' | 'members'>,
    private readonly looks: Looks,
  ) {}

  /** @throws ApplicationError OutcomeUnknown: the members are in, and a repeat goes on with this. */
  async set(context: RequestContext, caller: Caller, state: GroupState, all: readonly Placed[]): Promise<void> {
    if (all.length === 0 || state.status === 'none') return;
    const imported = await this.#imported(caller, state, all);
    const ends = await settledAtOnce(AT_ONCE, imported, (one) => this.#setOne(context, state, one));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) fail('OutcomeUnknown', { stream: state.groupId }, { cause: failed.reason });
  }

  /** Of those who were in before, whom an import brought: another one's reading is his own. */
  async #imported(
    { tenant, ...caller }: Caller,
    { groupId }: Group,
    all: readonly Placed[],
  ): Promise<readonly Placed[]> {
    const before = all.filter(({ result }) => result === 'already').map(({ userId }) => userId);
    if (before.length === 0) return all;
    await this.looks.upToDate({ tenant, ...caller });
    const found = await this.services.members.membersByIds(tenant, groupId, before);
    const brought = new Set(found.filter(({ source }) => source === 'import').map(({ userId }) => userId));
    return all.filter(({ userId, result }) => result === 'joined' || brought.has(userId));
  }

  async #setOne({ idempotency, ...context }: RequestContext, group: Group, { userId, place }: Placed): Promise<void> {
    void idempotency;
    const joining = group.members.get(userId)?.joinOrder;
    // He has left again meanwhile.
    if (joining === undefined) return;
    const { groupId, incarnation } = group;
    const commandKey = hashOf('import', groupId, incarnation.toString(), userId, joining.toString());
    const conversation = { kind: 'group', groupId, incarnation } as const;
    const asked = { userId, conversation, beyond: 'clamp', ...place } as const;
    await this.services.viewCommands.setReadPosition({ ...context, commandKey }, asked);
  }
}
