import type { ConversationTarget } from '../../../application/commands/conversation-keys.js';
import type { ConversationKey } from '../../../application/streams.js';
import { DomainError } from '../../../domain/shared/errors.js';
import { possible } from './dto/common.js';
import { OpenimRefused } from './errors.js';

/**
 * A conversation's id on the wire: `si_` and the pair, in code unit order as the original gives it, `sg_` and the group, `sn_`
 * and whom the service writes to. User ids may hold `_` themselves, so two pairs may share an id: it means something only to
 * one of the two (docs/rules.md A14).
 */
export function conversationIdOf(key: ConversationKey): string {
  switch (key.kind) {
    case 'single':
      return pairId(key.a, key.b);
    case 'group':
      return `sg_${key.groupId}`;
    case 'notification':
      return `sn_${key.userId}`;
  }
}

const pairId = (a: string, b: string): string => `si_${[a, b].sort(byCodeUnit).join('_')}`;
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** What keeps an id from naming a conversation of this user. */
type Unresolved = 'form' | 'stranger' | 'none';

/** Which conversation the id means to this user. */
function resolved(id: string, userId: string): ConversationTarget | Unresolved {
  const [, form = '', rest = ''] = /^(si|sg|sn|n)_(.+)$/s.exec(id) ?? [];
  switch (form) {
    case 'si':
      return pairOf(id, rest, userId);
    case 'sg':
      return possible([rest]).length > 0 ? { kind: 'group', groupId: rest } : 'none';
    case 'sn':
      // The original names the service's account in it as well.
      return rest === userId || peersIn(rest, userId).length > 0 ? { kind: 'notification', userId } : 'stranger';
    case 'n':
      // The original's streams of notices hold nothing that is kept here.
      return 'none';
    default:
      return 'form';
  }
}

/** Clients also write the pair in another order. Where it could be two, the one of which it is the original's form. */
function pairOf(id: string, rest: string, userId: string): ConversationTarget | Unresolved {
  const peers = peersIn(rest, userId);
  const peer = peers.find((other) => pairId(userId, other) === id) ?? peers[0];
  return peer === undefined ? 'stranger' : { kind: 'single', a: userId, b: peer };
}

/** Whoever may be the other of a pair whose ids are joined, in either order. */
const peersIn = (rest: string, userId: string): string[] =>
  possible([
    ...(rest.startsWith(`${userId}_`) ? [rest.slice(userId.length + 1)] : []),
    ...(rest.endsWith(`_${userId}`) ? [rest.slice(0, -userId.length - 1)] : []),
  ]);

/**
 * The conversation that the id means to this user.
 * @throws OpenimRefused 1001 for what is no such id, 1002 where he is no party; DomainError GroupNotFound
 */
export function conversationOf(id: string, userId: string): ConversationTarget {
  const found = resolved(id, userId);
  if (found === 'form') {
    throw new OpenimRefused('ArgsError', 'conversationID must be si_, sg_ or sn_ and whom it is about');
  }
  if (found === 'stranger') throw new OpenimRefused('NoPermissionError', "it is somebody else's conversation");
  if (found !== 'none') return found;
  if (id.startsWith('sg_')) throw new DomainError('GroupNotFound', { groupId: id.slice(3) });
  throw new OpenimRefused('RecordNotFoundError', 'no such conversation');
}

/** Those of the ids that mean a conversation to this user, by id; the others are passed over. */
export function conversationsIn(ids: readonly string[], userId: string): ReadonlyMap<string, ConversationTarget> {
  return new Map(
    ids.flatMap((id) => {
      const found = resolved(id, userId);
      return typeof found === 'string' ? [] : [[id, found] as const];
    }),
  );
}
