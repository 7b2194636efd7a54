import { IsBoolean, IsIn, IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { friendshipLimits } from '../../../domain/friendship/bounds.js';
import { FRIEND_REQUEST_STATUSES } from '../schemas/friendships.js';
import { IsTextWithin } from './bounded.js';
import { ID, MayBeAbsent, PageQuery } from './common.js';
import { UserPath } from './users.js';

const CLEARS = 'null clears.';

/** Two people: whose it is, and whom it is about. */
export class OtherPath extends UserPath {
  @IsString()
  @MinLength(1)
  @MaxLength(ID)
  @JSONSchema({ description: 'The other one’s user id.', examples: ['bob'] })
  otherId!: string;
}

const SOURCES = ['search', 'scan', 'group', 'card', 'contacts', 'other'] as const;

@JSONSchema({ examples: [{ message: 'It’s me, from the book club', source: 'group' }] })
export class AskToBeFriends {
  @MayBeAbsent()
  @IsTextWithin(friendshipLimits.message, 'For the one who is asked.')
  message?: string;

  @MayBeAbsent()
  @IsIn(SOURCES)
  @JSONSchema({ description: 'How he found the other one.' })
  source?: (typeof SOURCES)[number];

  @MayBeAbsent()
  @IsTextWithin(friendshipLimits.ext, "The app's own data about the request.")
  ext?: string;
}

@JSONSchema({ examples: [{ answer: 'accepted', message: 'Sure' }] })
export class AnswerFriendRequest {
  @IsIn(['accepted', 'refused', 'ignored'])
  answer!: 'accepted' | 'refused' | 'ignored';

  @MayBeAbsent()
  @IsTextWithin(friendshipLimits.message, 'For the one who asked.')
  message?: string;

  @MayBeAbsent()
  @IsString()
  @MaxLength(ID)
  @JSONSchema({ description: 'Which request is meant; the pending one when absent.' })
  requestId?: string;
}

@JSONSchema({ examples: [{ remark: 'Bob from work', pinned: true, phone: null }] })
export class ChangeFriendCard {
  @IsOptional()
  @IsTextWithin(friendshipLimits.remark, `What he calls him. ${CLEARS}`)
  remark?: string | null;

  @IsOptional()
  @IsTextWithin(friendshipLimits.description, CLEARS)
  description?: string | null;

  @IsOptional()
  @IsTextWithin(friendshipLimits.phone, CLEARS)
  phone?: string | null;

  @IsOptional()
  @IsTextWithin(friendshipLimits.region, CLEARS)
  region?: string | null;

  @IsOptional()
  @IsTextWithin(friendshipLimits.image, CLEARS)
  image?: string | null;

  @IsOptional()
  @IsTextWithin(friendshipLimits.ext, `The app's own data. ${CLEARS}`)
  ext?: string | null;

  @MayBeAbsent()
  @IsBoolean()
  @JSONSchema({ description: 'Whether he stands before the others in the list.' })
  pinned?: boolean;
}

@JSONSchema({ examples: [{ ext: 'spam' }] })
export class BlockSomebody {
  @MayBeAbsent()
  @IsTextWithin(friendshipLimits.ext, "The app's own data about the block.")
  ext?: string;
}

export class FriendRequestsQuery extends PageQuery {
  @MayBeAbsent()
  @IsIn(FRIEND_REQUEST_STATUSES)
  @JSONSchema({ description: 'Only those that stand so.' })
  status?: (typeof FRIEND_REQUEST_STATUSES)[number];
}
