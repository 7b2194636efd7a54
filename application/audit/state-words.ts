import type { DomainEvent } from '../../domain/shared/event.js';
import type { HistoryEvent } from './subjects.js';

type Texts = object;

/**
 * What people have said of themselves and of a group, event by event, as it can be read now: states know it by prints only.
 * What was erased is null.
 */
export class Words {
  profile: Texts = {};
  announcement: string | null = null;
  ext: string | null = null;
  /** By whose card it is. */
  readonly cards = new Map<string, Texts>();

  hear(heard: DomainEvent): void {
    const event = heard as HistoryEvent;
    switch (event.type) {
      case 'UserRegistered': {
        const { userId, number, ...profile } = event.data;
        void [userId, number];
        this.profile = profile;
        return;
      }
      case 'UserProfileChanged':
        this.profile = merged(this.profile, event.data.changes);
        return;
      case 'GroupCreated':
        this.announcement = null;
        this.cards.clear();
        return;
      case 'AnnouncementPublished':
        this.announcement = event.data.text;
        return;
      case 'MemberJoined':
        this.cards.set(event.data.userId, event.data.card ?? {});
        return;
      case 'MemberLeft':
      case 'MemberRemoved':
        this.cards.delete(event.data.userId);
        return;
      case 'MemberCardChanged': {
        const { userId, changes } = event.data;
        if (changes !== undefined) this.cards.set(userId, merged(this.cards.get(userId) ?? {}, changes));
        return;
      }
      case 'FriendAdded':
      case 'FriendRemoved':
        this.cards.delete(event.data.ownerId);
        return;
      case 'FriendCardChanged': {
        const { ownerId, changes } = event.data;
        if (changes !== undefined) this.cards.set(ownerId, merged(this.cards.get(ownerId) ?? {}, changes));
        return;
      }
      case 'ViewExtChanged':
        this.ext = event.data.ext;
        return;
      default:
    }
  }
}

/** null for the changes as a whole: whose they were was erased, and nothing is known of what they changed. */
const merged = (texts: Texts, changes: Texts | null): Texts =>
  changes === null ? Object.fromEntries(Object.keys(texts).map((name) => [name, null])) : { ...texts, ...changes };
