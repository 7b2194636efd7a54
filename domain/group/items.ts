/**
 * What becomes of an item that can't be done: the whole command is refused, or the item is left out and its result says
 * so. The caller's API chooses (RULES A1), never the group.
 */
export type OnItem = 'refuse' | 'report';

export interface ItemResult<Result extends string> {
  readonly userId: string;
  readonly result: Result;
}
