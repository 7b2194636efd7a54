/**
 * Numbers of groups and users, `FIRST_NUMBER` … `LAST_NUMBER` of `domain/shared/ids.ts` (docs/rules.md A13): each given once in
 * the life of the database. Gaps are normal.
 */
export interface Numbers {
  next(): Promise<number>;
}
