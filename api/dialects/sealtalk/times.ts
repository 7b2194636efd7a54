/** 004 says each time twice: as text and in milliseconds (docs/rules.md A18). */

/** `2019-07-18T05:37:12.000Z` */
export const isoTime = (ms: number): string => new Date(ms).toISOString();

/** Names as a member, a favourite, a friend has them. */
export interface Times {
  readonly createdAt: string;
  readonly createdTime: number;
  readonly updatedAt: string;
  readonly updatedTime: number;
}

export const timesOf = (created: number, updated: number): Times => ({
  createdAt: isoTime(created),
  createdTime: created,
  updatedAt: isoTime(updated),
  updatedTime: updated,
});
