/**
 * Numbers of groups and users, 2^52 … 2^53-1 (RULES A13): 16 decimal digits, exact as a JSON number, each given once in
 * the life of the database. Gaps are normal.
 */
export interface Numbers {
  next(): Promise<number>;
}

export const FIRST_NUMBER = 2 ** 52;
export const LAST_NUMBER = 2 ** 53 - 1;

/** Apps may not choose what the server could make (RULES A13). */
export const looksLikeNumber = (id: string): boolean => /^[0-9]{16}$/.test(id);
