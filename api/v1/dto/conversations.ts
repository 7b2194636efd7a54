import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import {
  CLIENT_MSG_ID,
  CONTENT_BODY,
  CONTENT_TYPE,
  CUSTOM,
  HIGHEST_PLATFORM,
  HIGHEST_RANDOM,
  MOST_MENTIONS,
  PRIORITIES,
} from '../../../domain/conversation/bounds.js';
import { MOST_IMPORTED } from '../../../domain/conversation/importing.js';
import { VIEW_EXT } from '../../../domain/view/decider.js';
import { CONVERSATION_ID } from '../conversation-ids.js';
import { MESSAGE_FORMATS, MESSAGE_KINDS } from '../schemas/conversations.js';
import { AreTexts, IsMoment, IsTextWithin } from './bounded.js';
import { ID, MayBeAbsent, PageQuery, ReadQuery } from './common.js';
import { UserPath } from './users.js';

/** The highest that a JSON number holds without loss. */
const HIGHEST = Number.MAX_SAFE_INTEGER;
const CONVERSATION =
  'With whom, as its reader sees it: `user:{userId}` (the chat with that person), `group:{groupId}`, or `notifications` (what the service writes to him).';

const IsConversationId = (): PropertyDecorator => (target, property) => {
  IsString()(target, property);
  Matches(CONVERSATION_ID, { message: 'must be user:{userId}, group:{groupId} or notifications' })(target, property);
  JSONSchema({ description: CONVERSATION, examples: ['user:bob'] })(target, String(property));
};

const IsSeq = (description: string, min = 1): PropertyDecorator => {
  return (target, property) => {
    Type(() => Number)(target, property);
    Max(HIGHEST)(target, property);
    Min(min)(target, property);
    // Last, as if it stood above: what the schema says is the type that was said last.
    IsInt()(target, property);
    JSONSchema({ description, examples: [7] })(target, String(property));
  };
};

/** Of a size, a length or a duration. */
const IsAmount = (description: string): PropertyDecorator => {
  return (target, property) => {
    MayBeAbsent()(target, property);
    IsNumber()(target, property);
    Min(0)(target, property);
    Max(HIGHEST)(target, property);
    JSONSchema({ description })(target, String(property));
  };
};

export class ConversationPath {
  @IsConversationId()
  conversationId!: string;
}

export class UserConversationPath extends UserPath {
  @IsConversationId()
  conversationId!: string;
}

export class MessagePath extends ConversationPath {
  @IsSeq('The message’s number in its conversation.')
  seq!: number;
}

const LONG = { min: 1, max: CONTENT_BODY.max, unit: 'bytes' } as const;
const SHORT = { min: 0, max: 4096, unit: 'bytes' } as const;

export class QuotedMessage {
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(HIGHEST)
  seq?: number;

  @MayBeAbsent()
  @IsTextWithin({ min: 1, max: 64, unit: 'characters' })
  messageId?: string;

  @MayBeAbsent()
  @IsTextWithin({ min: 1, max: ID, unit: 'characters' })
  senderId?: string;

  @MayBeAbsent()
  @IsTextWithin(SHORT, 'What it says, for those who can’t look.')
  text?: string;
}

@JSONSchema({ examples: [{ kind: 'image', url: 'https://example.org/cat.png', width: 640, height: 480 }] })
export class MessageContentSent {
  @IsIn(MESSAGE_KINDS)
  @JSONSchema({
    description:
      'What it is. `text`, `mention`: with `text`; `image`, `voice`, `video`: with `url`; `file`: with `url` and `name`; `location`: with `latitude` and `longitude`; `quote`: with `text` and `quoted`; `custom`: with `data`.',
  })
  kind!: (typeof MESSAGE_KINDS)[number];

  @MayBeAbsent()
  @IsTextWithin(LONG)
  text?: string;

  @MayBeAbsent()
  @IsTextWithin(SHORT)
  url?: string;

  @MayBeAbsent()
  @IsTextWithin(SHORT)
  thumbnailUrl?: string;

  @MayBeAbsent()
  @IsTextWithin(SHORT)
  name?: string;

  @IsAmount('Pixels.')
  width?: number;

  @IsAmount('Pixels.')
  height?: number;

  @IsAmount('Bytes.')
  size?: number;

  @IsAmount('How long it lasts.')
  seconds?: number;

  @MayBeAbsent()
  @IsNumber()
  @Min(-90)
  @Max(90)
  latitude?: number;

  @MayBeAbsent()
  @IsNumber()
  @Min(-180)
  @Max(180)
  longitude?: number;

  @MayBeAbsent()
  @IsTextWithin(SHORT)
  description?: string;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => QuotedMessage)
  quoted?: QuotedMessage;

  @MayBeAbsent()
  @IsTextWithin(LONG, 'The app’s own.')
  data?: string;

  @MayBeAbsent()
  @IsTextWithin(SHORT, 'The app’s own.')
  extension?: string;
}

@JSONSchema({ examples: [{ format: 'openim', type: '101', body: '{"content":"Hello"}' }] })
export class OriginalContent {
  @IsIn(MESSAGE_FORMATS)
  @JSONSchema({ description: 'The family of APIs whose form it has.' })
  format!: (typeof MESSAGE_FORMATS)[number];

  @IsTextWithin(CONTENT_TYPE, 'The family’s own kind: `101`, `TIMTextElem`, `RC:TxtMsg`.')
  type!: string;

  @IsTextWithin(CONTENT_BODY, 'JSON text; kept as it is.')
  body!: string;
}

/** What one says with a message, whoever sends it and when. */
export class MessageSaid {
  @MayBeAbsent()
  @IsTextWithin(
    CLIENT_MSG_ID,
    'The sender’s own id for it. Sent again, it is the same message and is answered alike, however long ago; with other content it is 409.',
  )
  clientMsgId?: string;

  @MayBeAbsent()
  @IsTextWithin(LONG, 'Plain text. Exactly one of `text`, `content` and `original` is there.')
  text?: string;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => QuotedMessage)
  @JSONSchema({ description: 'The message that `text` answers.' })
  quote?: QuotedMessage;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => MessageContentSent)
  content?: MessageContentSent;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => OriginalContent)
  @JSONSchema({ description: 'Content in another family’s form.' })
  original?: OriginalContent;

  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(MOST_MENTIONS)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(ID, { each: true })
  @AreTexts()
  @JSONSchema({ description: 'Ids of the people who are meant.' })
  mentions?: string[];

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Everybody is meant.' })
  mentionsAll?: boolean;

  @MayBeAbsent()
  @IsTextWithin(CUSTOM, 'The app’s own data beside it: JSON text.')
  custom?: string;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether it counts as unread; it does when absent.' })
  countsUnread?: boolean;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether it becomes the conversation’s latest message; it does when absent.' })
  updatesLast?: boolean;

  @MayBeAbsent()
  @IsIn(PRIORITIES)
  @JSONSchema({ description: 'For clients and gateways that must drop some; none when absent.' })
  priority?: (typeof PRIORITIES)[number];

  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(HIGHEST_RANDOM)
  @JSONSchema({
    description:
      'Sent again with the same content within five minutes, it is the same message; for who has no `clientMsgId`.',
  })
  random?: number;

  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(HIGHEST_PLATFORM)
  @JSONSchema({
    description:
      'The device: 1 iOS, 2 Android, 3 Windows, 4 macOS, 5 web, 6 mini web, 7 Linux, 8 Android pad, 9 iPad, 10 admin.',
  })
  senderPlatform?: number;
}

@JSONSchema({
  examples: [
    { text: 'See you at eight', clientMsgId: '7f0c9a52' },
    { content: { kind: 'image', url: 'https://example.org/cat.png', width: 640, height: 480 } },
  ],
})
export class SendMessage extends MessageSaid {
  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Judged like any other, and not kept: for who is connected now. Its `seq` is 0.' })
  onlineOnly?: boolean;
}

@JSONSchema({ examples: [{ text: 'The service rests from two to three' }] })
export class SendSystemMessage extends SendMessage {}

@JSONSchema({ examples: [{ senderId: 'ada', sentAt: '2026-03-01T12:00:00Z', text: 'Hello', clientMsgId: 'old-1' }] })
export class ImportedMessageDto extends MessageSaid {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @AreTexts()
  @JSONSchema({ description: 'Who sent it then; he needn’t be a member any more.' })
  senderId!: string;

  @IsMoment('When it was sent; not to come.')
  sentAt!: string;
}

export class ImportMessages {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_IMPORTED)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ImportedMessageDto)
  messages!: ImportedMessageDto[];
}

export class ViewSettingsDto {
  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Messages burn after reading.' })
  privateChat?: boolean;

  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  @JSONSchema({ description: 'How long after being read.' })
  burnSeconds?: number;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Messages go away by themselves.' })
  destructs?: boolean;

  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  @JSONSchema({ description: 'How old they are then.' })
  destructAfterSeconds?: number;
}

@JSONSchema({ examples: [{ pinned: true, receiveOption: 'silent' }] })
export class ChangeConversation {
  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether it stands before the others in his list.' })
  pinned?: boolean;

  @MayBeAbsent()
  @IsIn(['all', 'silent', 'none'])
  @JSONSchema({
    description: '`silent`: without being told of new messages. `none`: the other one’s do not come at all.',
  })
  receiveOption?: 'all' | 'silent' | 'none';

  @IsOptional()
  @IsTextWithin(VIEW_EXT, "The app's own data. null clears.")
  ext?: string | null;

  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => ViewSettingsDto)
  @JSONSchema({ description: 'Kept for clients, which act on them.' })
  settings?: ViewSettingsDto;
}

export class MessagesQuery extends ReadQuery {
  @MayBeAbsent()
  @IsSeq('Messages before this one, newest first.')
  before?: number;

  @MayBeAbsent()
  @IsSeq('Messages after this one, oldest first; 0 begins with the first.', 0)
  after?: number;

  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  @JSONSchema({
    description: 'Messages at most, 1 to 1000; fewer come where they are large.',
    default: 50,
    examples: [20],
  })
  limit = 50;
}

const WHOSE = ['me', 'everyone'] as const;

export class DeletionQuery {
  @MayBeAbsent()
  @IsIn(WHOSE)
  @JSONSchema({ description: 'From whose sight.', default: 'me' })
  for: (typeof WHOSE)[number] = 'me';
}

export class ClearingQuery extends DeletionQuery {
  @MayBeAbsent()
  @IsSeq('Up to this message; the newest when absent.')
  upTo?: number;
}

@JSONSchema({ examples: [{ upTo: 7 }] })
export class MarkRead {
  @IsInt()
  @Min(1)
  @Max(HIGHEST)
  @JSONSchema({ description: 'The last message that was read.' })
  upTo!: number;
}

@JSONSchema({ examples: [{ upTo: 3 }] })
export class SetReadPosition {
  @IsInt()
  @Min(0)
  @Max(HIGHEST)
  @JSONSchema({ description: 'The last message that counts as read, also lower than it was; 0 = none.' })
  upTo!: number;
}

export class SearchQuery extends PageQuery {
  @MayBeAbsent()
  @IsTextWithin({ min: 1, max: 200, unit: 'characters' }, 'Part of what a message says, in upper or lower case.', {
    examples: ['eight'],
  })
  keyword?: string;

  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(64, { each: true })
  @AreTexts()
  @JSONSchema({
    description:
      'Kinds as the family that wrote it calls them, with commas between: `text`, `image`, `101`, `RC:TxtMsg`.',
    examples: [['image', '102']],
  })
  types?: string[];

  @MayBeAbsent()
  @IsConversationId()
  conversationId?: string;

  @MayBeAbsent()
  @IsString()
  @MaxLength(ID)
  @JSONSchema({ description: 'Who wrote it.' })
  senderId?: string;

  @MayBeAbsent()
  @IsMoment('Sent then or later.')
  sentSince?: string;

  @MayBeAbsent()
  @IsMoment('Sent earlier.')
  sentBefore?: string;
}

export class ReceiptsQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(['read', 'unread'])
  @JSONSchema({ description: 'Whom to list.', default: 'read' })
  list: 'read' | 'unread' = 'read';
}

/** Seqs in a query, with commas between. */
export class ReceiptCountsQuery extends ReadQuery {
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.split(',').map((each) => (each === '' ? Number.NaN : Number(each))) : value,
  )
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(HIGHEST, { each: true })
  @JSONSchema({ description: 'The messages’ numbers, with commas between: `7,8`.', examples: [[7, 8]] })
  seqs!: number[];
}
