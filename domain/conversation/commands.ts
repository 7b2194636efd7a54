import type { OnItem } from '../group/items.js';
import type { Content, ConversationAbout, JudgedBy, MessageSent, Notice, RevokedAs } from './events.js';
import type { GroupStanding, PeerStanding } from './standing.js';
import type { MessageFacts } from './message-facts.js';

export type { OnItem };

/**
 * What can be asked of a conversation. Every refusal is a `DomainError`; beside those named at each command, all of them refuse
 * ConversationClosed, NotAParticipant (who is neither a party to a single chat nor an app admin), NotGroupMember,
 * GroupNotFound, GroupDismissed, GroupSuspended (docs/rules.md A16), NotPermitted (an auditor only reads) and InvalidArgument.
 *
 * `about` says which conversation, a single chat's pair in code unit order; the first command opens it. What is already so is
 * no refusal: the decision has no events and its outcome says `alreadySo`. That the people exist is checked by the application.
 */
export type ConversationCommand =
  | OpenConversation
  | SendMessage
  | SendNotice
  | ImportMessages
  | RevokeMessages
  | DeleteMessages
  | ClearConversation
  | CloseConversation;

/** Before anything is said (a new friendship's chat). By the server or an app admin. @throws NotPermitted */
export interface OpenConversation {
  readonly type: 'OpenConversation';
  readonly about: ConversationAbout;
}

/**
 * A message of a user, or in his name by an app admin, or in the name of the service (`from: 'system'`, an app admin's alone).
 * A repeat is answered with the first one's outcome before anything else is judged: of the same sender and `clientMsgId`, or
 * within five minutes of the same sender, `random` and content. Judged in the order of docs/rules.md A9.
 * @throws MemberMuted, GroupMuted, BlockedByPeer, NotAFriend, PeerDeclinesMessages, NotPermitted (in somebody else's name, or a
 *   user in a notification conversation), SelfNotAllowed (a chat with oneself).
 */
export interface SendMessage extends MessageTexts {
  readonly type: 'SendMessage';
  readonly about: ConversationAbout;
  /** New at every request; a repeat's stays unused. */
  readonly messageId: string;
  readonly senderId: string;
  /** Default `user`. */
  readonly from?: MessageSent['data']['from'];
  /** What group or pair say of him; none in a notification conversation. */
  readonly standing: SendingStanding | null;
  /**
   * For who is connected now: judged like any other, and not kept (001 MsgOnlineOnlyFlag, 003 isOnlineOnly). So is every
   * message of a group whose rules keep no history. Nobody but the caller can deliver it.
   */
  readonly onlineOnly?: boolean;
  readonly looked?: LookedRepeat;
}

export type SendingStanding = GroupStanding | PeerStanding;

/** What its sender says with a message. */
export interface MessageTexts {
  /** His own id for it, 1 to 128 characters. */
  readonly clientMsgId?: string;
  readonly content: Content;
  /** JSON text, at most 8 KiB. */
  readonly custom?: string;
  /** At most 500. */
  readonly mentions?: readonly string[];
  readonly mentionsAll?: boolean;
  readonly priority?: NonNullable<MessageSent['data']['priority']>;
  /** 32 bits, unsigned. */
  readonly random?: number;
  /** 1 to 10. */
  readonly senderPlatform?: number;
  /** Default true. */
  readonly countsUnread?: boolean;
  /** Default true. */
  readonly updatesLast?: boolean;
}

/** The read side's word about messages that have left the window. */
export interface LookedRepeat {
  /** The message of this sender and `clientMsgId`; null = there is none. */
  readonly duplicate: SentBefore | null;
}

export interface SentBefore {
  readonly seq: number;
  readonly messageId: string;
  /** ms UTC. */
  readonly sentAt: number;
  readonly countable: number;
  /** What it says; absent or null: erased, or not looked up. */
  readonly content?: Content | null;
}

/**
 * A line that the server writes into the chat. Only by the server and app admins, and also after a group's dismissal, until its
 * conversation is closed. One for each event: a second one about the same event is a repeat.
 * @throws NotPermitted, InvalidArgument
 */
export interface SendNotice {
  readonly type: 'SendNotice';
  readonly about: ConversationAbout;
  /** The same at each repeat. */
  readonly messageId: string;
  readonly notice: Notice;
  /** In the words of the family whose clients read it; what is written then is this message instead of the notice. */
  readonly words?: Pick<MessageTexts, 'content' | 'custom' | 'mentionsAll'>;
  /** Default true. */
  readonly countsUnread?: boolean;
  /** Default true. */
  readonly updatesLast?: boolean;
  readonly judgedBy?: JudgedBy;
}

/**
 * Messages with the times at which they were sent elsewhere. They come after what is there, in the order given. By app admins
 * only; the senders needn't be members any more (001 import_group_msg).
 * @throws NotPermitted, RulesForbid (001 AVChatRoom: it keeps no messages), InvalidArgument (none or more than 100, more than 256 KiB of content in all, a time to come).
 */
export interface ImportMessages {
  readonly type: 'ImportMessages';
  readonly about: ConversationAbout;
  readonly messages: readonly ImportedMessage[];
  /** The group's, where it is one: a dismissed group takes no messages. */
  readonly standing: GroupStanding | null;
  /**
   * A message is also `timeInvalid` where it was sent before the newest that somebody wrote there, or before the group was made,
   * both to the second (001). Default false.
   */
  readonly inOrder?: boolean;
  /** A message that can't be taken. Default `refuse`: all or none. */
  readonly unfit?: OnItem;
}

export interface ImportedMessage extends MessageTexts {
  readonly messageId: string;
  readonly senderId: string;
  /** ms UTC, not to come. */
  readonly sentAt: number;
  /** As of `SendMessage`. */
  readonly looked?: LookedRepeat;
}

/**
 * Takes messages back: the seqs stay, what they say leaves every list. In a single chat one's own; in a group one's own, or by
 * the group's `revokeMessages` as the sender's role is now, who has left counting as a member; an app admin any.
 * What the server wrote, only app admins.
 * @throws MessageUnknown (no such message, or it was deleted or cleared), MessageAlreadyRevoked, RevocationTooLate,
 * NotPermitted, TargetRoleTooHigh, NotGroupManager, InvalidArgument (none or more than 100). A seq named twice counts once.
 */
export interface RevokeMessages extends OnMessages {
  readonly type: 'RevokeMessages';
  /**
   * How old a message of a single chat a user may still revoke, ms, null = any; a group's rules have their own. App admins are
   * free of it.
   */
  readonly revokeWithin: number | null;
}

/**
 * Deletes messages for everybody: in a single chat either party any; in a group as for revoking, save for the time limit. What
 * is gone already is skipped.
 * @throws MessageUnknown (never sent), NotPermitted, TargetRoleTooHigh, NotGroupManager, InvalidArgument.
 */
export interface DeleteMessages extends OnMessages {
  readonly type: 'DeleteMessages';
}

interface OnMessages {
  readonly about: ConversationAbout;
  /** 1 to 100. */
  readonly seqs: readonly number[];
  /** What the group says of the actor; null of other conversations. */
  readonly standing: GroupStanding | null;
  /** Facts of those that `wantsLookingUp` names, as far as they exist. */
  readonly looked?: readonly MessageFacts[];
  /** A message that isn't to be had, or not by him. Default `refuse`: all or none. */
  readonly unfit?: OnItem;
}

/**
 * Deletes everything up to a seq for everybody: in a single chat either party; in a group its owner and admins
 * (docs/rules.md A7), and app admins everywhere.
 * @throws NotGroupManager, InvalidArgument (beyond the newest message).
 */
export interface ClearConversation {
  readonly type: 'ClearConversation';
  readonly about: ConversationAbout;
  readonly standing: GroupStanding | null;
  /** Default: the newest. */
  readonly upToSeq?: number;
}

/** For good; opens it first where nothing was said yet, so that nothing ever will be. By the server and app admins. @throws NotPermitted */
export interface CloseConversation {
  readonly type: 'CloseConversation';
  readonly about: Extract<ConversationAbout, { kind: 'group' }>;
  readonly why: 'groupDismissed';
}

/** Plain JSON, since it is kept for a repeated request. `opened`: this command did it. */
export type ConversationOutcome = { readonly alreadySo: boolean } & (
  | { readonly command: 'OpenConversation' }
  | ({ readonly command: 'SendMessage'; readonly opened: boolean; readonly kept: boolean } & SentMessage)
  | ({ readonly command: 'SendNotice'; readonly opened: boolean } & SentMessage)
  | { readonly command: 'ImportMessages'; readonly opened: boolean; readonly items: readonly ImportResult[] }
  | { readonly command: 'RevokeMessages'; readonly items: readonly RevocationResult[] }
  | { readonly command: 'DeleteMessages'; readonly items: readonly DeletionResult[] }
  | { readonly command: 'ClearConversation'; readonly upToSeq: number }
  | { readonly command: 'CloseConversation' }
);

/** `alreadySo`: it repeats an earlier one, and this is the earlier one's. */
export interface SentMessage {
  /** 0 = it isn't kept. */
  readonly seq: number;
  readonly messageId: string;
  /** ms UTC. */
  readonly sentAt: number;
  /** How many messages count as unread up to this one, it included. */
  readonly countable: number;
  /** False: it repeats the id of a message that says something else. */
  readonly sameContent: boolean;
}

/** One result per item asked for, in the order of the command. */
export type ImportResult =
  | ({ readonly result: 'imported' | 'repeated' } & SentMessage)
  | { readonly result: 'timeInvalid' | 'tooLong' | 'invalid'; readonly field: string; readonly reason: string };

export interface RevocationResult {
  readonly seq: number;
  readonly result: 'revoked' | 'already' | 'unknown' | 'tooLate' | 'notPermitted';
  /** Of what is revoked now. */
  readonly as?: RevokedAs;
}

export interface DeletionResult {
  readonly seq: number;
  readonly result: 'deleted' | 'already' | 'unknown' | 'notPermitted';
}
