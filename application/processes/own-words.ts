import type { GroupEvent } from '../../domain/group/events.js';

/**
 * What of a group's life its own family's clients are told in that family's words, by the preset that the group was made with.
 * Another process writes these (`api/dialects/sealtalk/lines`), and `group-lines` leaves them to it: whoever did it, by whichever
 * API, one happening is one line, in the words of those whose group it is.
 */
const ownWords: Readonly<Record<string, ReadonlySet<GroupEvent['type']>>> = {
  sealtalk: new Set<GroupEvent['type']>([
    'GroupCreated',
    'MemberJoined',
    'MemberLeft',
    'MemberRemoved',
    'OwnerTransferred',
    'GroupProfileChanged',
    'AnnouncementPublished',
    'GroupDismissed',
  ]),
};

/** What the lines of the other family leave out, and this one's have to tell. */
export const toldInOwnWords = (preset: 'sealtalk'): readonly GroupEvent['type'][] => [...(ownWords[preset] ?? [])];

export const isToldInOwnWords = (preset: string, kind: string): boolean =>
  Object.hasOwn(ownWords, preset) && ownWords[preset]?.has(kind as GroupEvent['type']) === true;
