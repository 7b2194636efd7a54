import { RowTable } from './row-table.js';

/** One who takes part in a conversation, or did. */
export interface ParticipantRow {
  tenant: string;
  user_id: string;
  conversation: string;
  kind: 'single' | 'group' | 'notification';
  /** The other one of a pair; himself where he writes to himself. */
  peer_id: string | null;
  group_id: string | null;
  /** The first seq that he may see. */
  visible_from: number;
  /** The last one, from when he left; null = he takes part. */
  visible_to: number | null;
  /** How many messages count as unread up to `visible_to`. */
  countable_to: number | null;
  /** The newest seq when he joined. */
  joined_seq: number;
  /** Up to where he has read by joining and by writing; how far he has read else stands in schema `system`. */
  read_seq: number;
  read_countable: number;
  created_at: number;
  left_at: number | null;
  /** Of his view's stream: what up to here has set his position is in these columns. */
  set_revision: number;
}

export const participants = new RowTable<ParticipantRow>(
  {
    tenant: 'text',
    user_id: 'text',
    conversation: 'text',
    kind: 'text',
    peer_id: 'text?',
    group_id: 'text?',
    visible_from: 'bigint',
    visible_to: 'bigint?',
    countable_to: 'bigint?',
    joined_seq: 'bigint',
    read_seq: 'bigint',
    read_countable: 'bigint',
    created_at: 'bigint',
    left_at: 'bigint?',
    set_revision: 'bigint',
  },
  ['tenant', 'user_id', 'conversation'],
);

/** The row that changes with each message. */
export interface ConversationRow {
  tenant: string;
  conversation: string;
  incarnation: number | null;
  last_seq: number;
  /** How many messages count as unread up to `last_seq`. */
  countable: number;
  /** Of the newest message; null = there is none. */
  last_at: number | null;
  /** The newest message that becomes the conversation's latest; 0 = there is none. */
  latest_seq: number;
  latest_at: number | null;
  /** That one was deleted for everybody: which is the latest now, only the messages say. */
  latest_gone: boolean;
  /** For everybody. */
  cleared_up_to: number;
  closed_at: number | null;
  /** Of its group: for how long messages are shown, ms; null = for ever. */
  retention: number | null;
  /** Its group's id belongs to a later incarnation now. */
  superseded: boolean;
  /** Of the conversation's stream: what stands up to here is in this row. */
  revision: number;
}

export const conversations = new RowTable<ConversationRow>(
  {
    tenant: 'text',
    conversation: 'text',
    incarnation: 'integer?',
    last_seq: 'bigint',
    countable: 'bigint',
    last_at: 'bigint?',
    latest_seq: 'bigint',
    latest_at: 'bigint?',
    latest_gone: 'boolean',
    cleared_up_to: 'bigint',
    closed_at: 'bigint?',
    retention: 'bigint?',
    superseded: 'boolean',
    revision: 'bigint',
  },
  ['tenant', 'conversation'],
);

export interface GroupRow {
  tenant: string;
  group_id: string;
  incarnation: number;
  /** Of the group's stream: what stands up to here is in the rows. */
  revision: number;
}

export const groups = new RowTable<GroupRow>(
  { tenant: 'text', group_id: 'text', incarnation: 'integer', revision: 'bigint' },
  ['tenant', 'group_id'],
);
