import { Allow } from 'class-validator';
import type { FriendView } from '../../../../application/queries/friendships.js';
import { MAX_PAGE } from '../../../../application/queries/page.js';
import type { UserView } from '../../../../application/queries/users.js';
import { actorOf } from '../../shared/context.js';
import { profilesOf } from '../../shared/reading.js';
import { allOf } from '../all-pages.js';
import { texts } from '../errors.js';
import { type Operation, operation } from '../operation.js';
import { contactPhoneOf } from '../phones.js';
import { postingOn } from '../posting.js';
import { refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { timesOf } from '../times.js';
import { userCard } from '../user-view.js';
import { personOf, type Relation, rowOf } from './rows.js';

class FriendPath {
  @Allow()
  id!: string;
}

/** Phones of one's own address book that are looked up side by side. */
const AT_ONCE = 16;
/** … and within a quarter of an hour. */
const CONTACTS_LOOKED = 2_000;

/** Who is what to one, and of those in one's address book, who is here. */
export function friendQueryOperations(services: SealtalkServices): Operation[] {
  const { ids, users, friendships, phoneAccounts, phoneVerification } = services;
  const posting = postingOn(services);

  const relationsOf = async (tenant: string, me: string): Promise<ReadonlyMap<string, Relation>> => {
    const [friends, sent, received, blocks] = await Promise.all([
      allOf((page) => friendships.friendsOfUser(tenant, me, page)),
      allOf((page) => friendships.requestsSent(tenant, me, page)),
      allOf((page) => friendships.requestsReceived(tenant, me, page)),
      allOf((page) => friendships.blocksOfUser(tenant, me, page)),
    ]);
    const relations = new Map<string, Relation>();
    const add = (userId: string, part: Relation): void => {
      relations.set(userId, { ...relations.get(userId), ...part });
    };
    for (const friend of friends) add(friend.friendId, { friend });
    for (const request of sent) add(request.to, { sent: request });
    for (const request of received) add(request.from, { received: request });
    for (const block of blocks) add(block.blockedId, { block });
    return relations;
  };

  const friendNamed = async (tenant: string, me: string, text: unknown): Promise<FriendView | undefined> => {
    const friendId = await ids.user(tenant, text);
    if (friendId === null) return undefined;
    return (await friendships.friendsByIds(tenant, me, [friendId]))[0];
  };

  return [
    operation({
      method: 'GET',
      path: '/friendship/all',
      reads: true,
      handle: async ({ caller }) => {
        const { tenant } = caller;
        const relations = await relationsOf(tenant, actorOf(caller).id);
        const profiles = await profilesOf(users, tenant, [...relations.keys()]);
        const rows = [...relations].flatMap(([userId, relation]) => {
          const user = profiles.get(userId);
          return (user && rowOf(relation, user, ids)) ?? [];
        });
        return { result: rows };
      },
    }),
    operation({
      method: 'GET',
      path: '/friendship/{id}/profile',
      reads: true,
      Params: FriendPath,
      handle: async ({ caller, params }) => {
        const { tenant } = caller;
        const me = actorOf(caller).id;
        const friend = await friendNamed(tenant, me, params.id);
        if (friend?.user == null) {
          // The caller's own number, as the original has it.
          const number = (await users.userById(tenant, me))?.number ?? 0;
          return refuseText(403, `Current user is not friend of user ${number.toString()}.`);
        }
        const { user, card } = friend;
        return {
          result: {
            displayName: card.remark ?? '',
            user: { ...personOf(user, ids, { known: true }), ...timesOf(user.registeredAt, user.updatedAt) },
          },
        };
      },
    }),
    posting({
      path: '/friendship/get_friend_description',
      reads: true,
      handle: async ({ fields, tenant, me }) => {
        const friend = await friendNamed(tenant, me, fields.id('friendId'));
        if (friend === undefined) return refused(texts.notFriend);
        const { remark, region, phone, description, image } = friend.card;
        return {
          result: {
            displayName: remark ?? '',
            region: region ?? '',
            phone: phone ?? '',
            description: description ?? '',
            imageUri: image ?? '',
          },
        };
      },
    }),
    posting({
      path: '/friendship/get_contacts_info',
      reads: true,
      handle: async ({ fields, tenant, me }) => {
        const contacts = fields.ids('contactList');
        if (contacts.length > MAX_PAGE) refused(texts.illegalParameter);
        phoneVerification.looked(`contacts ${tenant} ${me}`, { times: contacts.length, most: CONTACTS_LOOKED });
        const holders: (string | undefined)[] = [];
        for (let start = 0; start < contacts.length; start += AT_ONCE) {
          const some = contacts.slice(start, start + AT_ONCE).map(async (contact) => {
            const phone = contactPhoneOf(String(contact));
            return phone === undefined ? undefined : phoneAccounts.holderOf(tenant, phone);
          });
          holders.push(...(await Promise.all(some)));
        }
        const named = holders.filter((holder) => holder !== undefined);
        const [profiles, friends] = await Promise.all([
          profilesOf(users, tenant, named),
          friendships.friendsByIds(tenant, me, named),
        ]);
        const has = new Set(friends.map(({ friendId }) => friendId));
        return {
          result: contacts.map((contact, place) => {
            const user = profiles.get(holders[place] ?? '');
            return contactInfo(String(contact), user, user !== undefined && has.has(user.userId));
          }),
        };
      },
    }),
  ];

  /** Who doesn't let himself be found by his phone is as one who isn't here, but for those who have him. */
  function contactInfo(phone: string, user: UserView | undefined, isFriend: boolean): object {
    if (user === undefined || (user.privacy.searchable === false && !isFriend)) {
      return { registered: 0, relationship: 0, stAccount: '', phone, id: '', nickname: '', portraitUri: '' };
    }
    const { stAccount, id, nickname, portraitUri } = userCard(user, ids);
    return { registered: 1, relationship: isFriend ? 1 : 0, stAccount, phone, id, nickname, portraitUri };
  }
}
