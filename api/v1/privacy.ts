import type { UserErasures } from '../../application/commands/erasures.js';
import type { PersonalEvent, PersonalRecords } from '../../application/privacy/personal-record.js';
import { isUnreadable, type UnreadableEvent } from '../../application/queries/history.js';
import { DomainError } from '../../domain/shared/errors.js';
import { ownUser } from './access.js';
import { auditBody, unreadableBody } from './audit-bodies.js';
import { receipt, requestContext, resolveUser } from './commanding.js';
import { done, reading } from './declaring.js';
import { PageQuery, ReadQuery } from './dto/common.js';
import { ErasePerson } from './dto/privacy.js';
import { UserPath } from './dto/users.js';
import { operation, type Operation } from './operation.js';
import { type Freshness, pageRequest } from './reading.js';
import { PersonalData, PersonalEvents } from './schemas/privacy.js';
import { UserReceipt } from './schemas/receipts.js';
import { userBody } from './views.js';

export interface PrivacyServices {
  readonly erasures: Pick<UserErasures, 'erase'>;
  readonly personalRecords: Pick<PersonalRecords, 'profile' | 'account' | 'page'>;
  readonly freshness: Freshness;
}

/** What the law lets a person ask for (docs/privacy.md). */
export function privacyOperations({ erasures, personalRecords, freshness }: PrivacyServices): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/users/{userId}/erasure',
      operationId: 'eraseUser',
      summary: 'Erase a person, for good; for app admins',
      description:
        'Destroys his data key, so that nobody can read what was encrypted for him, and takes his login and sessions. Lists that show him follow; with `minPosition` a query waits for them. An app admin is taken off `PARLEY_APP_ADMINS` first.',
      tag: 'Users',
      access: 'appAdmin',
      Path: UserPath,
      Body: ErasePerson,
      success: done(UserReceipt),
      problems: ['UserNotFound', 'NotPermitted', 'InvalidArgument', 'IdempotencyKeyReused'],
      handle: async (invocation) => {
        const userId = resolveUser(invocation.path.userId, invocation.caller);
        const context = requestContext(invocation, 'POST /users/{userId}/erasure');
        return receipt(userId, await erasures.erase(context, { userId, reason: invocation.body.reason }));
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/personal-data',
      operationId: 'getPersonalData',
      summary: 'What is held of a person beside the events; for himself',
      tag: 'Users',
      access: 'user',
      personal: true,
      Path: UserPath,
      Query: ReadQuery,
      success: { status: 200, description: 'His profile and account.', Schema: PersonalData },
      problems: ['UserNotFound', 'NotPermitted', ...reading],
      handle: async ({ path, query, caller }) => {
        const userId = ownUser(path.userId, caller);
        await freshness.atLeast(query.minPosition, caller);
        const profile = await personalRecords.profile(caller.tenant, userId);
        if (profile === undefined) throw new DomainError('UserNotFound', { userIds: [userId] });
        const { names, ...account } = await personalRecords.account(caller.tenant, userId);
        return {
          status: 200,
          body: {
            profile: userBody(profile),
            account: { ...account, names: [...names], readUpTo: [...account.readUpTo] },
          },
        };
      },
    }),
    operation({
      method: 'get',
      path: '/users/{userId}/personal-data/events',
      operationId: 'listPersonalEvents',
      summary: 'What a person did, and what was done to him, with all that he wrote; for himself',
      tag: 'Users',
      access: 'user',
      personal: true,
      Path: UserPath,
      Query: PageQuery,
      success: { status: 200, description: 'A page of them.', Schema: PersonalEvents },
      problems: ['NotPermitted', 'HistoryNotUnderstood', ...reading],
      handle: async ({ path, query, caller }) => {
        const userId = ownUser(path.userId, caller);
        if (query.minPosition !== undefined) await freshness.atLeast(query.minPosition, caller);
        await freshness.everything('audit_log');
        const { items, next } = await personalRecords.page(caller.tenant, userId, pageRequest(query));
        const shown = items.filter((each) => !isLost(each));
        return {
          status: 200,
          body: {
            items: shown.map(({ side, item }) => ({ side, event: auditBody(item, { content: true }) })),
            unreadable: items.flatMap((each) => (isLost(each) ? [unreadableBody(each.item)] : [])),
            next,
          },
        };
      },
    }),
  ];
}

/** Of which not even the envelope can be read. */
const isLost = (each: PersonalEvent): each is PersonalEvent & { readonly item: UnreadableEvent } =>
  isUnreadable(each.item) && each.item.unreadable.envelope === undefined;
