import type { UserProfileCommands } from '../../application/commands/user-profiles.js';
import type { UserQueries } from '../../application/queries/users.js';
import { defaultPrivacy } from '../../domain/user/state.js';
import { DomainError } from '../../domain/shared/errors.js';
import { ownUser } from './access.js';
import { receipt, requestContext, resolveUser } from './commanding.js';
import { done, ownCommand, reading } from './declaring.js';
import { ReadQuery } from './dto/common.js';
import { ChangePrivacy, ChangeUserProfile, ReceiveOptionDto } from './dto/own-groups.js';
import { UserPath } from './dto/users.js';
import { operation, type Operation } from './operation.js';
import { PrivacyView } from './schemas/views.js';
import { UserProfileReceipt, UserReceipt } from './schemas/receipts.js';
import type { Freshness } from './reading.js';

export interface UserProfileServices {
  readonly userProfiles: UserProfileCommands;
  readonly users: UserQueries;
  readonly freshness: Freshness;
}

/** What a user says of himself and how he wants to be reached. */
export function userProfileOperations({ userProfiles, users, freshness }: UserProfileServices): Operation[] {
  return [
    operation({
      method: 'patch',
      path: '/users/{userId}',
      operationId: 'changeUserProfile',
      summary: 'Change nickname, avatar, ext, gender or region',
      description: 'What is absent stays as it is.',
      tag: 'Users',
      access: 'user',
      ifMatch: true,
      Path: UserPath,
      Body: ChangeUserProfile,
      success: done(UserProfileReceipt),
      problems: ownCommand,
      handle: async (invocation) => {
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'PATCH /users/{userId}');
        return receipt(userId, await userProfiles.changeProfile(context, { userId, changes: invocation.body }));
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/privacy',
      operationId: 'getPrivacy',
      summary: 'How a user wants to be reached; for himself',
      tag: 'Users',
      access: 'user',
      Path: UserPath,
      Query: ReadQuery,
      success: { status: 200, description: 'As he set it, or as it is for everybody.', Schema: PrivacyView },
      problems: ['UserNotFound', 'NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const userId = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const user = await users.userById(caller.tenant, userId);
        if (user === undefined) throw new DomainError('UserNotFound', { userIds: [userId] });
        const { privacy, receiveOption } = user;
        return {
          status: 200,
          body: {
            groupInviteConsent: privacy.groupInviteConsent ?? defaultPrivacy.groupInviteConsent,
            friendRequestConsent: privacy.friendRequestConsent ?? defaultPrivacy.friendRequestConsent,
            searchable: privacy.searchable ?? defaultPrivacy.searchable,
            receiveOption,
          },
        };
      },
    }),
    operation({
      method: 'patch',
      path: '/users/{userId}/privacy',
      operationId: 'changePrivacy',
      summary: 'Say whether one wants to be asked before one is in a group, and found',
      description: 'What is absent stays as it is.',
      tag: 'Users',
      access: 'user',
      ifMatch: true,
      Path: UserPath,
      Body: ChangePrivacy,
      success: done(UserReceipt),
      problems: ownCommand,
      handle: async (invocation) => {
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'PATCH /users/{userId}/privacy');
        return receipt(userId, await userProfiles.changePrivacy(context, { userId, changes: invocation.body }));
      },
    }),
    operation({
      method: 'put',
      path: '/users/{userId}/receive-option',
      operationId: 'setReceiveOption',
      summary: 'Say how one is told of messages, unless a group says otherwise',
      tag: 'Users',
      access: 'user',
      ifMatch: true,
      Path: UserPath,
      Body: ReceiveOptionDto,
      success: done(UserReceipt),
      problems: ownCommand,
      handle: async (invocation) => {
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const { option } = invocation.body;
        const context = requestContext(invocation, 'PUT /users/{userId}/receive-option');
        return receipt(userId, await userProfiles.changeReceiveOption(context, { userId, option }));
      },
    }),
  ];
}
