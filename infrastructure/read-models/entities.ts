import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import type {
  CustomField,
  GroupCreated,
  GroupSettings,
  JoinPolicy,
  MemberCard,
  ReceiveOption,
  SuspensionMode,
} from '../../domain/group/events.js';
import type { UserReceiveOption } from '../../application/queries/users.js';
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

@Entity({ name: 'users_v2', schema: 'read', synchronize: false })
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
  @Column('text', { nullable: true })
  gender!: string | null;
  @Column('boolean', { name: 'group_invite_consent', nullable: true })
  groupInviteConsent!: boolean | null;
  @Column('boolean', { name: 'friend_request_consent', nullable: true })
  friendRequestConsent!: boolean | null;
  @Column('boolean', { nullable: true })
  searchable!: boolean | null;
  @Column('text', { name: 'receive_option' })
  receiveOption!: UserReceiveOption;
  @Column('bigint', { name: 'registered_at', transformer: wide })
  registeredAt!: number;
  @Column('bigint', { name: 'updated_at', transformer: wide })
  updatedAt!: number;
  @Column('bigint', { transformer: wide })
  revision!: number;
}

@Entity({ name: 'groups_v2', schema: 'read', synchronize: false })
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
  @Column('text')
  origin!: GroupCreated['data']['origin']['kind'];
  @Column('text', { name: 'copied_from', nullable: true })
  copiedFrom!: string | null;
  @Column('integer', { name: 'member_count' })
  memberCount!: number;
  @Column('text')
  status!: 'active' | 'dismissed';
  @Column('boolean', { name: 'muted_all' })
  mutedAll!: boolean;
  @Column('jsonb')
  speakers!: string[];
  @Column('text', { nullable: true })
  announcement!: string | null;
  /** null = nothing was ever announced. */
  @Column('text', { name: 'announced_by', nullable: true })
  announcedBy!: string | null;
  @Column('bigint', { name: 'announced_at', nullable: true, transformer: wide })
  announcedAt!: number | null;
  @Column('text', { nullable: true })
  suspension!: SuspensionMode | null;
  @Column('text', { name: 'suspended_by', nullable: true })
  suspendedBy!: string | null;
  @Column('text', { name: 'suspension_reason', nullable: true })
  suspensionReason!: string | null;
  @Column('bigint', { name: 'suspended_at', nullable: true, transformer: wide })
  suspendedAt!: number | null;
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
  @Column('bigint', { name: 'copied_at', nullable: true, transformer: wide })
  copiedAt!: number | null;
  @Column('bigint', { name: 'created_at', transformer: wide })
  createdAt!: number;
  @Column('bigint', { name: 'updated_at', transformer: wide })
  updatedAt!: number;
  @Column('bigint', { name: 'dismissed_at', nullable: true, transformer: wide })
  dismissedAt!: number | null;
  @Column('bigint', { transformer: wide })
  revision!: number;
}

@Entity({ name: 'group_members_v2', schema: 'read', synchronize: false })
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
  /** What it says; what it doesn't is absent. */
  @Column('jsonb')
  card!: MemberCard;
  @Column('text', { name: 'receive_option' })
  receiveOption!: ReceiveOption;
  @Column('boolean', { name: 'sees_earlier' })
  seesEarlier!: boolean;
  @Column('bigint', { name: 'updated_at', transformer: wide })
  updatedAt!: number;
}

export const readModelEntities = [UserEntity, GroupEntity, GroupMemberEntity] as const;
