import type { OwnAccount } from '../../application/commands/own-account.js';
import type { UserCommands } from '../../application/commands/users.js';
import { ReadAccess } from './access.js';
import { type AuditServices, auditOperations } from './audit.js';
import { auditProofOperations, type ProofServices } from './audit-proofs.js';
import { conversationOperations, type ConversationServices } from './conversations.js';
import { copyingOperations } from './copying.js';
import { friendRequestOperations } from './friend-requests.js';
import { friendOperations, type FriendServices } from './friends.js';
import { groupOperations } from './group-commands.js';
import { groupRulesOperations } from './group-rules.js';
import { groupSettingsOperations } from './group-settings.js';
import { type InvitationServices, invitationOperations } from './invitations.js';
import { joinRequestOperations } from './join-requests.js';
import { memberBatchOperations } from './member-batches.js';
import { memberCardOperations } from './member-cards.js';
import { type MemberListServices, memberListOperations } from './member-lists.js';
import { messageOperations } from './messages.js';
import type { Operation } from './operation.js';
import { ownAccountOperations } from './own-account.js';
import { type OwnGroupsServices, ownGroupsOperations } from './own-groups.js';
import { type PrivacyServices, privacyOperations } from './privacy.js';
import { type Queries, queryOperations } from './queries.js';
import { userOperations } from './user-commands.js';
import { type UserProfileServices, userProfileOperations } from './user-profile.js';

export type V1Services = Queries &
  Omit<InvitationServices & MemberListServices, 'readAccess'> &
  OwnGroupsServices &
  FriendServices &
  ConversationServices &
  AuditServices &
  ProofServices &
  PrivacyServices &
  UserProfileServices & { readonly userCommands: UserCommands; readonly ownAccount: OwnAccount };

/** All of `/v1`. */
export function v1Operations(services: V1Services): Operation[] {
  const { userCommands, ownAccount, groupCommands, groups } = services;
  const withAccess = { ...services, readAccess: new ReadAccess(groups) };
  return [
    ...userOperations(userCommands),
    ...ownAccountOperations(ownAccount),
    ...userProfileOperations(services),
    ...privacyOperations(services),
    ...groupOperations(groupCommands),
    ...groupSettingsOperations(groupCommands),
    ...copyingOperations(groupCommands),
    ...memberBatchOperations(groupCommands),
    ...memberCardOperations(groupCommands),
    ...invitationOperations(withAccess),
    ...joinRequestOperations(withAccess),
    ...ownGroupsOperations(services),
    ...friendOperations(services),
    ...friendRequestOperations(services),
    ...conversationOperations(services),
    ...messageOperations(services),
    ...memberListOperations(withAccess),
    ...groupRulesOperations(withAccess),
    ...queryOperations(services),
    ...auditOperations(services),
    ...auditProofOperations(services),
  ];
}
