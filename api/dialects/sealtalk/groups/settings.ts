import { shown } from '../../shared/read-your-writes.js';
import { texts } from '../errors.js';
import type { Operation } from '../operation.js';
import { orNobody, postingOn } from '../posting.js';
import { refused, refuseText } from '../refused.js';
import type { SealtalkServices } from '../services.js';
import { filtered, lengthOf } from '../text.js';
import { retentions } from './views.js';

const URL_LENGTH = { min: 12, max: 256 } as const;
const BULLETIN_LENGTH = 1_024;

/** Of a switch; clients send numbers, and some send them as text. */
export function switchOf(value: unknown): 0 | 1 | undefined {
  if (value === 0 || value === '0') return 0;
  return value === 1 || value === '1' ? 1 : undefined;
}

function isWebAddress(text: string): boolean {
  if (!/^https?:\/\/[^\s]+$/i.test(text) || !URL.canParse(text)) return false;
  return new URL(text).hostname !== '';
}

/** How a group is called, shown and set. */
export function groupSettingOperations(services: SealtalkServices): Operation[] {
  const { groupCommands, userGroups } = services;
  const posting = postingOn(services);
  return [
    posting({
      path: '/group/rename',
      handle: async ({ fields, context }) => {
        const groupId = fields.id('groupId');
        const name = filtered(fields.requiredText('name'), 32);
        const length = lengthOf(name);
        if (length < 2 || length > 32) refused(texts.nameLength);
        await shown(services, groupCommands.changeProfile(context, { groupId, changes: { name } }));
        return undefined;
      },
    }),
    posting({
      path: '/group/set_portrait_uri',
      handle: async ({ fields, context }) => {
        const groupId = fields.id('groupId');
        const avatar = filtered(fields.requiredText('portraitUri'), URL_LENGTH.max);
        if (!isWebAddress(avatar)) refuseText(400, 'Invalid portraitUri format.');
        if (avatar.length < URL_LENGTH.min || avatar.length > URL_LENGTH.max) {
          refuseText(400, 'Length of portraitUri invalid.');
        }
        await shown(services, groupCommands.changeProfile(context, { groupId, changes: { avatar } }));
        return undefined;
      },
    }),
    posting({
      path: '/group/set_bulletin',
      handle: async ({ fields, context }) => {
        const groupId = fields.id('groupId');
        const text = filtered(fields.requiredText(fields.has('content') ? 'content' : 'bulletin'), BULLETIN_LENGTH);
        if (lengthOf(text) > BULLETIN_LENGTH) refuseText(400, 'Length of bulletin invalid.');
        await shown(services, groupCommands.announce(context, { groupId, text }));
        return undefined;
      },
    }),
    posting({
      path: '/group/set_display_name',
      handle: async ({ fields, me, context }) => {
        const groupId = fields.id('groupId');
        const nickname = filtered(fields.requiredText('displayName'), 32);
        if (lengthOf(nickname) > 32) refuseText(400, 'Length of display name invalid.');
        await shown(services, groupCommands.changeCard(context, { groupId, userId: me, changes: { nickname } }));
        return undefined;
      },
    }),
    posting({
      path: '/group/set_certification',
      handle: async ({ fields, context }) => {
        const groupId = fields.id('groupId');
        const certiStatus = switchOf(fields.value('certiStatus') ?? fields.requiredText('certiStatus'));
        if (certiStatus === undefined) refused(texts.illegalParameter);
        const memberInvite = certiStatus === 0 ? 'approval' : 'joins';
        await shown(services, groupCommands.changeJoinPolicy(context, { groupId, memberInvite }));
        return undefined;
      },
    }),
    posting({
      path: '/group/mute_all',
      // Its own sample lists nobody by an empty text (docs/rules.md C "004 mute_all").
      mayBeEmpty: ['userId'],
      handle: async ({ fields, context }) => {
        const groupId = fields.id('groupId');
        const muteStatus = switchOf(fields.value('muteStatus') ?? fields.requiredText('muteStatus'));
        if (muteStatus === undefined) refused(texts.illegalParameter);
        const speakers = orNobody(fields.idsIfAny('userId'));
        const muting =
          muteStatus === 1
            ? groupCommands.mute(context, { groupId, speakers })
            : groupCommands.unmute(context, { groupId });
        await services.ownWrites.answering((await muting).position);
        return undefined;
      },
    }),
    posting({
      path: '/group/set_regular_clear',
      handle: async ({ fields, context }) => {
        const groupId = fields.id('groupId');
        const clearStatus = fields.value('clearStatus') ?? fields.requiredText('clearStatus');
        if (clearStatus !== 0 && clearStatus !== 3 && clearStatus !== 7 && clearStatus !== 36) {
          refused(texts.illegalParameter);
        }
        const retention = retentions[clearStatus];
        await shown(services, groupCommands.changeSettings(context, { groupId, changes: { retention } }));
        return undefined;
      },
    }),
    posting({
      path: '/group/set_member_protection',
      handle: async ({ fields, context }) => {
        const groupId = fields.id('groupId');
        const on = switchOf(fields.value('memberProtection') ?? fields.requiredText('memberProtection'));
        if (on === undefined) refused(texts.illegalParameter);
        await shown(
          services,
          groupCommands.changeSettings(context, { groupId, changes: { memberProtection: on === 1 } }),
        );
        return undefined;
      },
    }),
    posting({
      path: '/group/fav',
      handle: async ({ fields, me, context }) => {
        const adding = userGroups.favourite(context, { userId: me, groupId: fields.id('groupId') });
        if ((await shown(services, adding)).outcome.alreadySo) refuseText(405, 'Group already exists.');
        return undefined;
      },
    }),
    posting({
      method: 'DELETE',
      path: '/group/fav',
      handle: async ({ fields, me, context }) => {
        await shown(services, userGroups.unfavourite(context, { userId: me, groupId: fields.id('groupId') }));
        return undefined;
      },
    }),
  ];
}
