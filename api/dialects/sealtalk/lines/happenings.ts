import type { Cause } from '../../../../application/processes/process.js';
import { groupLines } from '../../../../application/processes/group-lines.js';
import { isToldInOwnWords, toldInOwnWords } from '../../../../application/processes/own-words.js';
import type { GroupEvent, InvitationStage } from '../../../../domain/group/events.js';

/** Events as they come, each with its own payload. */
type Payloads = { readonly [Event in GroupEvent as Event['type']]: Event['data'] };
type Of<Type extends GroupEvent['type']> = Cause<{ type: Type; data: Payloads[Type] }>;

/** Something that a group's people are told: who did it and to whom; ids only. */
export interface Happening {
  readonly cause: Cause;
  /** Tells it from others of the same event. */
  readonly part: string;
  readonly by: string;
  readonly userIds: readonly string[];
  readonly what: What;
}

export type What =
  | { readonly kind: 'created' | 'renamed'; readonly name: string }
  | { readonly kind: 'added' | 'kicked' | 'dismissed' | 'setManager' | 'removeManager' }
  | { readonly kind: 'quit'; readonly newOwner: string | null }
  | { readonly kind: 'transferred'; readonly from: string }
  | { readonly kind: 'bulletin'; readonly text: string }
  | { readonly kind: 'protection'; readonly on: boolean }
  | { readonly kind: 'clearing'; readonly retention: number | null }
  | { readonly kind: 'asked' | 'answered'; readonly stage: InvitationStage; readonly status: 0 | 1 | 2 };

const PRESET = 'sealtalk';

const is = <Type extends GroupEvent['type']>(cause: Cause, type: Type): cause is Of<Type> => cause.event.type === type;

/** What one command's events come to, in their order; nothing, where it was silent. */
export function happeningsOf(all: readonly Cause[]): readonly Happening[] {
  const causes = all.filter(({ silent }) => silent === undefined);
  const told = groupLines(causes.filter(({ event }) => isToldInOwnWords(PRESET, event.type)))
    .map(({ cause, notice }) => ofLine(causes, cause, notice))
    .filter((each) => each !== undefined);
  const [first] = causes;
  const isCreation = first !== undefined && is(first, 'GroupCreated');
  const others = causes.flatMap((cause) => besideLines(causes, cause));
  // What a group is made with is told by its making, save who is still asked.
  const happened = [...told, ...others.filter(({ what }) => !isCreation || what.kind === 'asked')];
  const place = new Map(causes.map((cause, i) => [cause, i]));
  return happened.sort((a, b) => (place.get(a.cause) ?? 0) - (place.get(b.cause) ?? 0));
}

function ofLine(
  causes: readonly Cause[],
  cause: Cause,
  { by, userIds }: { readonly by: string; readonly userIds: readonly string[] },
): Happening | undefined {
  const told = (what: What): Happening => ({ cause, part: what.kind, by, userIds, what });
  if (is(cause, 'GroupCreated')) return told({ kind: 'created', name: cause.event.data.name });
  if (is(cause, 'GroupProfileChanged')) return told({ kind: 'renamed', name: cause.event.data.changes.name ?? '' });
  if (is(cause, 'MemberJoined')) return told({ kind: 'added' });
  if (is(cause, 'MemberRemoved')) return told({ kind: 'kicked' });
  if (is(cause, 'GroupDismissed')) return told({ kind: 'dismissed' });
  if (is(cause, 'AnnouncementPublished')) return told({ kind: 'bulletin', text: cause.event.data.text });
  if (is(cause, 'MemberLeft')) {
    const handed = causes.find((other): other is Of<'OwnerTransferred'> => is(other, 'OwnerTransferred'));
    return told({ kind: 'quit', newOwner: handed?.event.data.to ?? null });
  }
  // An owner who leaves says so by leaving.
  if (!is(cause, 'OwnerTransferred') || cause.event.data.why === 'ownerLeft') return undefined;
  return told({ kind: 'transferred', from: cause.event.data.from ?? by });
}

function besideLines(causes: readonly Cause[], cause: Cause): Happening[] {
  const told = (by: string, userIds: readonly string[], what: What): Happening => ({
    cause,
    part: what.kind,
    by,
    userIds,
    what,
  });
  if (is(cause, 'MemberRoleChanged')) {
    const { by, to } = cause.event.data;
    const together = causes.filter(
      (other): other is Of<'MemberRoleChanged'> => is(other, 'MemberRoleChanged') && other.event.data.to === to,
    );
    if (together[0] !== cause) return [];
    const userIds = together.map(({ event }) => event.data.userId);
    return [told(by, userIds, { kind: to === 'admin' ? 'setManager' : 'removeManager' })];
  }
  if (is(cause, 'GroupSettingsChanged')) {
    const { by, changes } = cause.event.data;
    const { memberProtection, retention } = changes;
    return [
      ...(memberProtection === undefined ? [] : [told(by, [], { kind: 'protection', on: memberProtection })]),
      ...(retention === undefined ? [] : [told(by, [], { kind: 'clearing', retention })]),
    ];
  }
  if (is(cause, 'MemberInvited')) {
    const { inviterId, userId, awaits } = cause.event.data;
    const [stage] = awaits;
    return stage === undefined ? [] : [told(inviterId, [userId], { kind: 'asked', stage, status: 2 })];
  }
  if (is(cause, 'InvitationAnswered')) {
    const { by, userId, stage, answer } = cause.event.data;
    const isLast = answer !== 'accepted' || causes.some((other) => is(other, 'MemberJoined'));
    return [
      told(by, [userId], { kind: 'answered', stage, status: answer === 'accepted' ? 1 : 0 }),
      // With the invitee's word a manager's is asked for.
      ...(isLast || stage !== 'invitee' ? [] : [told(by, [userId], { kind: 'asked', stage: 'manager', status: 2 })]),
    ];
  }
  return [];
}

/** Of every event that is told, or stands among those that are. */
export const happeningTypes: readonly GroupEvent['type'][] = [
  ...toldInOwnWords('sealtalk'),
  'MemberRoleChanged',
  'GroupSettingsChanged',
  'MemberInvited',
  'InvitationAnswered',
];
