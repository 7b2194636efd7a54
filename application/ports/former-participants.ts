/** The read side's word about those who once took part in a group's conversation. */
export interface FormerParticipants {
  /** The last message that he may still see, the one at which he left; undefined: he never took part. */
  lastVisibleSeq(tenant: string, conversation: string, userId: string): Promise<number | undefined>;
}
