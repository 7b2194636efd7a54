import type { UserPrivacyChanges } from '../../../../domain/user/events.js';
import { shown } from '../../shared/read-your-writes.js';
import { isRefusal } from '../../shared/refusals.js';
import { texts } from '../errors.js';
import type { Fields } from '../fields.js';
import { type Operation, operation } from '../operation.js';
import { postingOn } from '../posting.js';
import { refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { sessionOf } from '../session.js';
import { filtered, lengthOf } from '../text.js';
import { isNickname, NICKNAME_LENGTH } from './account-operations.js';

const PORTRAIT_LENGTH = { min: 12, max: 256 } as const;

/** What somebody says of himself, and by what he is found and asked. */
export function profileOperations(services: SealtalkServices): Operation[] {
  const { ids, userProfiles, friendshipCommands: friendships } = services;
  const posting = postingOn(services);

  return [
    posting({
      path: '/user/set_nickname',
      handle: async ({ fields, me, context }) => {
        const nickname = filtered(fields.requiredText('nickname'), NICKNAME_LENGTH);
        if (!isNickname(nickname)) refuseText(400, 'Invalid nickname length.');
        await shown(services, userProfiles.changeProfile(context, { userId: me, changes: { nickname } }));
        return undefined;
      },
    }),
    posting({
      path: '/user/set_portrait_uri',
      handle: async ({ fields, me, context }) => {
        const avatar = filtered(fields.requiredText('portraitUri'), PORTRAIT_LENGTH.max);
        if (!URL.canParse(avatar) || !/^https?:\/\//i.test(avatar)) refuseText(400, 'Invalid portraitUri format.');
        const length = lengthOf(avatar);
        if (length < PORTRAIT_LENGTH.min || length > PORTRAIT_LENGTH.max)
          refuseText(400, 'Invalid portraitUri length.');
        await shown(services, userProfiles.changeProfile(context, { userId: me, changes: { avatar } }));
        return undefined;
      },
    }),
    posting({
      path: '/user/set_privacy',
      handle: async ({ fields, me, context }) => {
        const changes = privacyIn(fields);
        if (Object.keys(changes).length === 0) refuseText(400, 'Parameter is empty.');
        await shown(services, userProfiles.changePrivacy(context, { userId: me, changes }));
        return undefined;
      },
    }),
    operation({
      method: 'GET',
      path: '/user/get_privacy',
      handle: async ({ caller }) => {
        const { tenant, userId } = sessionOf(caller);
        const privacy = await userProfiles.privacyOf(tenant, userId);
        return {
          result: {
            id: await ids.shownUser(tenant, userId),
            phoneVerify: flag(privacy.searchable),
            stSearchVerify: flag(privacy.accountSearchable),
            friVerify: flag(privacy.friendRequestConsent),
            groupVerify: flag(!privacy.groupInviteConsent),
          },
        };
      },
    }),
    posting({
      path: '/user/add_to_blacklist',
      handle: async ({ fields, me, context }) => {
        const blockedId = fields.id('friendId');
        try {
          await shown(services, friendships.block(context, { ownerId: me, blockedId }));
        } catch (error) {
          if (!isRefusal(error, 'UserNotFound') && !isRefusal(error, 'SelfNotAllowed')) throw error;
          refuseText(404, 'friendId is not an available userId.');
        }
        return undefined;
      },
    }),
    posting({
      path: '/user/remove_from_blacklist',
      handle: async ({ fields, me, context }) => {
        const blockedId = fields.id('friendId');
        try {
          await shown(services, friendships.unblock(context, { ownerId: me, blockedId }));
        } catch (error) {
          // Who is nobody isn't in it.
          if (!isRefusal(error, 'UserNotFound') && !isRefusal(error, 'SelfNotAllowed')) throw error;
        }
        return undefined;
      },
    }),
  ];
}

const flag = (on: boolean): 0 | 1 => (on ? 1 : 0);

/** @throws SealtalkRefused 400 for what is neither the number 0 nor 1 */
function privacyIn(fields: Fields): UserPrivacyChanges & { accountSearchable?: boolean } {
  const given = (name: string): boolean | undefined => {
    const value = fields.value(name);
    if (value === undefined) return undefined;
    return value === 0 || value === 1 ? value === 1 : refused(texts.illegalParameter);
  };
  const [searchable, accountSearchable, friendRequestConsent, groupJoins] = [
    given('phoneVerify'),
    given('stSearchVerify'),
    given('friVerify'),
    given('groupVerify'),
  ];
  return {
    ...(searchable === undefined ? {} : { searchable }),
    ...(accountSearchable === undefined ? {} : { accountSearchable }),
    ...(friendRequestConsent === undefined ? {} : { friendRequestConsent }),
    // 0 is what makes others ask first.
    ...(groupJoins === undefined ? {} : { groupInviteConsent: !groupJoins }),
  };
}
