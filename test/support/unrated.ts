/** For tests in which one user does what many would: without bounds on what he may ask for. */
export const UNRATED = {
  COMMANDS_AT_ONCE: '0',
  COMMANDS_PER_SECOND: '0',
  GROUPS_PER_DAY: '0',
  JOIN_REQUESTS_PER_DAY: '0',
  JOIN_REQUESTS_PER_GROUP_AND_DAY: '0',
  INVITATIONS_PER_DAY: '0',
  FRIEND_REQUESTS_PER_DAY: '0',
  FRIEND_REQUESTS_PER_PERSON_AND_DAY: '0',
  IDEMPOTENCY_KEYS_PER_DAY: '0',
} as const;
