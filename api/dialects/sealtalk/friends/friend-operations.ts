import type { RequestOutcome } from '../../../../domain/friendship/commands.js';
import { ofStep } from '../../shared/context.js';
import { shown } from '../../shared/read-your-writes.js';
import { isRefusal } from '../../shared/refusals.js';
import { texts } from '../errors.js';
import type { Operation } from '../operation.js';
import { type Posted, postingOn } from '../posting.js';
import { refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { filtered, lengthOf } from '../text.js';

const MESSAGE_LENGTH = 64;
const NAME_LENGTH = 32;
const MOST_DELETED = 1_000;

/** What two people do about each other. */
export function friendOperations(services: SealtalkServices): Operation[] {
  const { users, friendshipCommands: commands } = services;
  const posting = postingOn(services);

  /** @throws SealtalkRefused with the friend's number, as the original has it */
  const refuseFriend = async (tenant: string, friendId: string): Promise<never> => {
    const number = (await users.userById(tenant, friendId))?.number ?? 0;
    return refuseText(400, `User ${number.toString()} is already your friend.`);
  };

  /** Whom he has, or has only put on his blacklist, is taken off. False: neither. */
  const deleted = async ({ tenant, me, context }: Posted, friendId: string): Promise<boolean> => {
    if (friendId === me) return false;
    const { outcome } = await shown(services, commands.remove(ofStep(context, friendId), { ownerId: me, friendId }));
    if (!outcome.alreadySo) return true;
    return (await services.friendships.blocksByIds(tenant, me, [friendId])).length > 0;
  };

  /** The answer to what the other one has asked. @throws SealtalkRefused 404 */
  const answer = async (
    { me, context }: Posted,
    from: string,
    said: 'accepted' | 'ignored',
  ): Promise<'answered' | 'nothing asked'> => {
    if (from === me) return 'nothing asked';
    try {
      await shown(services, commands.answer(context, { from, to: me, answer: said }));
      return 'answered';
    } catch (error) {
      if (isRefusal(error, 'FriendRequestNotFound') || isRefusal(error, 'FriendRequestHandled')) return 'nothing asked';
      throw error;
    }
  };

  return [
    posting({
      path: '/friendship/invite',
      handle: async ({ fields, tenant, me, context }) => {
        const to = fields.id('friendId');
        const message = filtered(fields.requiredText('message'), MESSAGE_LENGTH);
        if (lengthOf(message) > MESSAGE_LENGTH) {
          refuseText(400, 'Length of friend request message is out of limit.');
        }
        try {
          const { outcome } = await shown(services, commands.request(context, { from: me, to, message }));
          return { result: { action: actionOf(outcome) } };
        } catch (error) {
          if (isRefusal(error, 'AlreadyFriends')) return refuseFriend(tenant, to);
          throw error;
        }
      },
    }),
    posting({
      path: '/friendship/agree',
      handle: async (posted) => {
        const from = posted.fields.id('friendId');
        if ((await answer(posted, from, 'accepted')) === 'answered') return undefined;
        if (!(await commands.hasFriend(posted.tenant, posted.me, from))) refused(texts.notFriend);
        return undefined;
      },
    }),
    posting({
      path: '/friendship/ignore',
      handle: async (posted) => {
        if ((await answer(posted, posted.fields.id('friendId'), 'ignored')) !== 'answered') refused(texts.notFriend);
        return undefined;
      },
    }),
    posting({
      path: '/friendship/delete',
      reads: true,
      handle: async (posted) => {
        if (!(await deleted(posted, posted.fields.id('friendId')))) refused(texts.notFriend);
        return undefined;
      },
    }),
    posting({
      path: '/friendship/batch_delete',
      reads: true,
      handle: async (posted) => {
        const friendIds = [...new Set(posted.fields.ids('friendIds'))].filter((friendId) => friendId !== null);
        if (friendIds.length > MOST_DELETED) refused(texts.illegalParameter);
        let count = 0;
        for (const friendId of friendIds) if (await deleted(posted, friendId)) count += 1;
        return { result: [count] };
      },
    }),
    posting({
      path: '/friendship/set_display_name',
      handle: async ({ fields, me, context }) => {
        const friendId = fields.id('friendId');
        const remark = filtered(fields.requiredText('displayName'), NAME_LENGTH);
        if (lengthOf(remark) > NAME_LENGTH) refuseText(400, 'Length of displayName is out of limit.');
        if (friendId === me) refused(texts.notFriend);
        await shown(services, commands.changeCard(context, { ownerId: me, friendId, changes: { remark } }));
        return undefined;
      },
    }),
    posting({
      path: '/friendship/set_friend_description',
      handle: async ({ fields, me, context }) => {
        const friendId = fields.id('friendId');
        const [displayName, region, phone] = [fields.text('displayName'), fields.text('region'), fields.text('phone')];
        if ((region === undefined) !== (phone === undefined)) refuseText(400, 'region or phone is empty.');
        const remark = displayName === undefined ? undefined : filtered(displayName, NAME_LENGTH);
        if (remark !== undefined && lengthOf(remark) > NAME_LENGTH) {
          refuseText(400, 'Length of displayName is out of limit.');
        }
        if (friendId === me) refused(texts.notFriend);
        const changes = given({
          remark,
          region,
          phone,
          description: fields.text('description'),
          image: fields.text('imageUri'),
        });
        await shown(services, commands.changeCard(context, { ownerId: me, friendId, changes }));
        return undefined;
      },
    }),
  ];
}

/** 004's word for what came of it; that somebody hears nothing is told like that he was asked too soon. */
function actionOf({ result, how }: RequestOutcome): 'Added' | 'AddDirectly' | 'Sent' | 'None' {
  switch (result) {
    case 'requested':
      return 'Sent';
    case 'unchanged':
      return 'None';
    case 'added':
      return how === 'unasked' ? 'AddDirectly' : 'Added';
  }
}

/** Without what isn't there. */
const given = <Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  };
