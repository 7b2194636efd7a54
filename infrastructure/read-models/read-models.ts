import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { AuditLogQueries } from '../../application/audit/audit-log.js';
import type { FormerParticipants } from '../../application/ports/former-participants.js';
import type { MessageLookup } from '../../application/ports/message-lookup.js';
import type { ApplicationQueries } from '../../application/queries/applications.js';
import type { ConversationQueries } from '../../application/queries/conversations.js';
import type { DepartureQueries } from '../../application/queries/departures.js';
import type { FavouriteQueries } from '../../application/queries/favourites.js';
import type { FriendshipQueries } from '../../application/queries/friendships.js';
import type { GroupQueries } from '../../application/queries/groups.js';
import type { MemberQueries } from '../../application/queries/members.js';
import type { MessageQueries } from '../../application/queries/messages.js';
import type { NoticeQueries } from '../../application/queries/notices.js';
import type { NumberQueries } from '../../application/queries/numbers.js';
import type { UserQueries } from '../../application/queries/users.js';
import { AuditLogReadModel } from '../audit/audit-log-read-model.js';
import { KeepingPool } from '../postgres/pool.js';
import { ApplicationReadModel } from './application-read-model.js';
import { ConversationReadModel } from './conversation-read-model.js';
import { DepartureReadModel } from './departure-read-model.js';
import { readModelEntities } from './entities.js';
import { FavouriteReadModel } from './favourite-read-model.js';
import { FriendshipReadModel } from './friendship-read-model.js';
import { GroupReadModel } from './group-read-model.js';
import { MemberReadModel } from './member-read-model.js';
import { MessageLookupInReadModel } from './message-lookup.js';
import { MessageReadModel } from './message-read-model.js';
import { NoticeReadModel } from './notice-read-model.js';
import { NumberReadModel } from './number-read-model.js';
import { Prepared } from './prepared.js';
import { UserReadModel } from './user-read-model.js';

export interface ReadModelsOptions {
  readonly url: string;
  /** Connections at most. */
  readonly poolSize: number;
  /** How long a statement's answer is waited for before its connection is thrown away. Default 10,000. */
  readonly answerWithinMs?: number;
  /** Why a view (`users_v2`) can't be read now; default: each can. */
  readonly unreadable?: (view: string) => string | undefined;
}

export interface ReadModels {
  readonly users: UserQueries;
  readonly groups: GroupQueries;
  readonly members: MemberQueries;
  readonly applications: ApplicationQueries;
  readonly notices: NoticeQueries;
  readonly numbers: NumberQueries;
  readonly departures: DepartureQueries;
  readonly favourites: FavouriteQueries;
  readonly friendships: FriendshipQueries;
  readonly conversations: ConversationQueries;
  readonly messages: MessageQueries;
  readonly auditLog: AuditLogQueries;
  /** For commands. */
  readonly lookup: MessageLookup & FormerParticipants;
  close(): Promise<void>;
}

/**
 * Every list is read by an index in its own order. The planner settings keep prepared statements that were planned while a
 * table was empty from scanning it when it is full. Compiling a statement (jit) takes longer than any of these lists, and so does
 * planning one for the values of each call.
 */
const SESSION = [
  'jit=off',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'plan_cache_mode=force_generic_plan',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Opens the read side. The views are there once a projection engine has started on this database. */
export async function openReadModels({
  url,
  poolSize,
  answerWithinMs = 10_000,
  unreadable = () => undefined,
}: ReadModelsOptions): Promise<ReadModels> {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: [...readModelEntities],
    synchronize: false,
    logging: false,
    driver: { ...pg, Pool: KeepingPool },
    poolErrorHandler: () => undefined,
    extra: {
      max: poolSize,
      options: SESSION,
      application_name: 'parley read models',
      connectionTimeoutMillis: Math.min(5_000, answerWithinMs),
      query_timeout: answerWithinMs,
      keepAlive: true,
    },
  });
  await source.initialize();
  const prepared = new Prepared(source, unreadable);
  const groups = new GroupReadModel(prepared);
  const users = new UserReadModel(prepared);
  return {
    users,
    groups,
    members: new MemberReadModel(prepared),
    applications: new ApplicationReadModel(prepared),
    notices: new NoticeReadModel(prepared),
    numbers: new NumberReadModel(prepared),
    departures: new DepartureReadModel(prepared),
    favourites: new FavouriteReadModel(prepared, groups),
    friendships: new FriendshipReadModel(prepared, users),
    conversations: new ConversationReadModel(prepared),
    messages: new MessageReadModel(prepared),
    auditLog: new AuditLogReadModel(prepared),
    lookup: new MessageLookupInReadModel(prepared),
    close: () => source.destroy(),
  };
}
