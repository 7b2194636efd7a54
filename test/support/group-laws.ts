/** One event as `/v1/groups/{groupId}/events` shows it. */
export interface HistoryItem {
  readonly revision: number;
  readonly type: string;
  readonly actor: { readonly id: string };
  readonly correlationId: string;
  readonly data: {
    readonly userId?: string;
    readonly ownerId?: string | null;
    readonly role?: string;
    readonly roleBefore?: string;
    readonly from?: string;
    readonly to?: string;
    readonly formerOwnerBecomes?: string;
    readonly newOwnerWas?: string;
    readonly requestId?: string;
  };
}

export interface GroupAsTold {
  readonly ownerId: string | null;
  readonly members: ReadonlyMap<string, string>;
  readonly dismissed: boolean;
}

/**
 * Reads a group's history as an outsider would, without the domain's own code, and holds every event against what must be
 * true of any group with an owner. A command's events are one append, so what is said of the whole group holds after the
 * last of them.
 * @throws Error naming the revision and the law that is broken
 */
export function lawfulGroup(history: readonly HistoryItem[]): GroupAsTold {
  const members = new Map<string, string>();
  const answered = new Set<string>();
  let ownerId: string | null = null;
  let count = 0;
  let dismissed = false;
  let at = -1;
  const law = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`revision ${at.toString()}: ${what}\n${told(history)}`);
  };

  for (const [index, { revision, type, data, correlationId }] of history.entries()) {
    at = revision;
    law(revision === index, 'revisions go up one by one');
    law(
      !dismissed || type === 'DismissedGroupEmptied' || type === 'MemberLeft',
      'nothing but the going of its members comes after the dismissal',
    );
    law((type === 'GroupCreated') === (index === 0), 'a group is created once, first');
    const { userId = '' } = data;
    switch (type) {
      case 'GroupCreated':
        ownerId = data.ownerId ?? null;
        break;
      case 'MemberJoined':
        law(!members.has(userId), `${userId} joins while he is in`);
        members.set(userId, data.role ?? '');
        count++;
        break;
      case 'MemberLeft':
      case 'MemberRemoved':
        law(members.get(userId) === data.roleBefore, `${userId} goes as what he is`);
        members.delete(userId);
        count--;
        break;
      case 'OwnerTransferred':
        law(data.from === ownerId, 'only the owner’s group is handed over');
        law(members.get(data.to ?? '') === data.newOwnerWas, 'the new owner was what the event says');
        members.set(data.from ?? '', data.formerOwnerBecomes ?? '');
        members.set(data.to ?? '', 'owner');
        ownerId = data.to ?? null;
        break;
      case 'MemberRoleChanged':
        law(members.get(userId) === data.from, `${userId} had the role that the event says`);
        members.set(userId, data.to ?? '');
        break;
      case 'MemberMuted':
      case 'MemberUnmuted':
        law(members.has(userId), `${userId} is muted or unmuted as a member`);
        break;
      case 'JoinRequestAnswered':
        law(!answered.has(data.requestId ?? ''), 'a request is answered once');
        answered.add(data.requestId ?? '');
        break;
      case 'GroupDismissed':
        dismissed = true;
        break;
    }
    law(count === members.size, 'those who came less those who went are those who are in');
    if (history[index + 1]?.correlationId !== correlationId) {
      const owners = [...members].filter(([, role]) => role === 'owner').map(([id]) => id);
      law(owners.length === 1 && owners[0] === ownerId, `one owner, a member, is ${ownerId ?? 'nobody'}`);
    }
  }
  return { ownerId, members, dismissed };
}

/** For a failure's message. */
const told = (history: readonly HistoryItem[]): string =>
  history
    .map(({ revision, type, actor, data }) => `${revision.toString()} ${type} by ${actor.id} ${JSON.stringify(data)}`)
    .join('\n');
