import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type { CustomField, GroupSettings, JoinPolicy } from '../../domain/group/events.js';
import type { Role } from '../../domain/group/rules.js';

/**
 * The read side as TypeORM sees it: views named for their version, never the tables behind them. They are written by the
 * projections alone; a new shape is a new view, so these classes and their view change together.
 */

/** 64-bit integers come as text; all of ours fit into 2^53. */
const wide: ValueTransformer = {
  to: (value: number | null): number | null => value,
  from: (value: string | null): number | null => (value === null ? null : Number(value)),
};

@Entity({ name: 'users_v1', schema: 'read', synchronize: false })
export class UserEntity {
  @PrimaryColumn('text')
  tenant!: string;
  @PrimaryColumn('text', { name: 'user_id' })
  userId!: string;
  @Column('bigint', { transformer: wide })
  number!: number;
  @Column('text', { nullable: true })
  nickname!: string | null;
  @Column('text', { nullable: true })
  avatar!: string | null;
  @Column('text', { nullable: true })
  ext!: string | null;
  @Column('text', { nullable: true })
  region!: string | null;
  @Column('text', { nullable: true })
  phone!: string | null;
  @Column('bigint', { name: 'registered_at', transformer: wide })
  registeredAt!: number;
  @Column('bigint', { transformer: wide })
  revision!: number;
}

@Entity({ name: 'groups_v1', schema: 'read', synchronize: false })
export class GroupEntity {
  @PrimaryColumn('text')
  tenant!: string;
  @PrimaryColumn('text', { name: 'group_id' })
  groupId!: string;
  @Column('bigint', { transformer: wide })
  number!: number;
  @Column('integer')
  incarnation!: number;
  @Column('text')
  kind!: string;
  @Column('text')
  name!: string;
  @Column('text')
  avatar!: string;
  @Column('text')
  introduction!: string;
  @Column('text')
  ext!: string;
  @Column('jsonb', { name: 'custom_fields' })
  customFields!: CustomField[];
  @Column('text', { name: 'owner_id', nullable: true })
  ownerId!: string | null;
  @Column('text', { name: 'creator_id' })
  creatorId!: string;
  @Column('integer', { name: 'member_count' })
  memberCount!: number;
  @Column('text')
  status!: 'active' | 'dismissed';
  @Column('boolean', { name: 'muted_all' })
  mutedAll!: boolean;
  @Column('jsonb')
  speakers!: string[];
  @Column('text', { name: 'self_join' })
  selfJoin!: JoinPolicy['selfJoin'];
  @Column('text', { name: 'member_invite' })
  memberInvite!: JoinPolicy['memberInvite'];
  @Column('integer')
  maximum!: number;
  @Column('jsonb')
  settings!: GroupSettings;
  @Column('text', { name: 'rules_preset' })
  rulesPreset!: string;
  @Column('integer', { name: 'rules_version' })
  rulesVersion!: number;
  @Column('bigint', { name: 'created_at', transformer: wide })
  createdAt!: number;
  @Column('bigint', { name: 'updated_at', transformer: wide })
  updatedAt!: number;
  @Column('bigint', { name: 'dismissed_at', nullable: true, transformer: wide })
  dismissedAt!: number | null;
  @Column('bigint', { transformer: wide })
  revision!: number;
}

@Entity({ name: 'group_members_v1', schema: 'read', synchronize: false })
export class GroupMemberEntity {
  @PrimaryColumn('text')
  tenant!: string;
  @PrimaryColumn('text', { name: 'group_id' })
  groupId!: string;
  @PrimaryColumn('text', { name: 'user_id' })
  userId!: string;
  @Column('integer')
  incarnation!: number;
  /** 0 owner, 1 admin, 2 member: the order of lists. */
  @Column('smallint', { name: 'role_order' })
  roleOrder!: number;
  @Column('text')
  role!: Role;
  @Column('bigint', { name: 'joined_at', transformer: wide })
  joinedAt!: number;
  @Column('text')
  source!: string;
  @Column('text', { name: 'inviter_id', nullable: true })
  inviterId!: string | null;
  @Column('text', { name: 'approved_by', nullable: true })
  approvedBy!: string | null;
  @Column('boolean')
  muted!: boolean;
  /** null while muted = for ever. */
  @Column('bigint', { name: 'muted_until', nullable: true, transformer: wide })
  mutedUntil!: number | null;
  @Column('text', { name: 'card_nickname', nullable: true })
  cardNickname!: string | null;
  @Column('text', { name: 'card_avatar', nullable: true })
  cardAvatar!: string | null;
  @Column('text', { name: 'card_ext', nullable: true })
  cardExt!: string | null;
  @Column('boolean', { name: 'sees_earlier' })
  seesEarlier!: boolean;
}

export const readModelEntities = [UserEntity, GroupEntity, GroupMemberEntity] as const;
