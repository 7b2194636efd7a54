import { IsIn, IsString, MaxLength, MinLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsMoment } from './bounded.js';
import { ID, MayBeAbsent, PageQuery } from './common.js';

/** How long the name of an aggregate is at most: a view names its conversation and its participant. */
export const AGGREGATE = 400;

export const AGGREGATES =
  '`group/ID`, `user/ID`, `friendship/USER/USER`, `conversation/single/USER/USER`, `conversation/group/ID` (or `…/ID/INCARNATION`), `conversation/notification/USER`, `view/USER/` and a conversation as above.';

/** Narrows a history. */
export class AuditHistoryQuery extends PageQuery {
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(AGGREGATE)
  @JSONSchema({ description: `One aggregate only: ${AGGREGATES}`, examples: ['group/book-club'] })
  aggregate?: string;

  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'The id of whoever did it, himself or through somebody.', examples: ['ada'] })
  by?: string;

  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'The id of whom it was done to.', examples: ['bob'] })
  to?: string;

  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'In this group, or in its chat.', examples: ['book-club'] })
  group?: string;

  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'Events of this type (docs/events.md).', examples: ['MemberMuted'] })
  type?: string;

  @MayBeAbsent()
  @IsMoment('From this moment on.')
  from?: string;

  @MayBeAbsent()
  @IsMoment('Before this moment.')
  until?: string;

  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  @JSONSchema({
    description:
      'Everything that one request set off: the `correlationId` of an event, or an answer’s `X-Correlation-ID`.',
    examples: ['0198c0de-0000-7000-8000-000000000004'],
  })
  correlationId?: string;

  @MayBeAbsent()
  @IsIn(['oldest', 'newest'])
  @JSONSchema({ description: 'Which come first.', default: 'oldest' })
  order: 'oldest' | 'newest' = 'oldest';

  @MayBeAbsent()
  @IsIn(['true', 'false'])
  @JSONSchema({ description: 'Show what messages say, too.', default: 'false' })
  content: 'true' | 'false' = 'false';
}
