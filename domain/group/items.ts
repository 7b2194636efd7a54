/**
 * What becomes of an item that can't be done: the whole command is refused, or the item is left out and its result says
 * so. The caller's API chooses (docs/rules.md A1), never the group.
 */
export type OnItem = 'refuse' | 'report';

/**
 * Whether somebody without the right hears so `first`, or only once what he asks for has been looked at. The originals
 * differ, so the caller's API chooses (D1–D5); what is done in the end is the same.
 */
export type RightsJudged = 'first' | 'last';

export interface ItemResult<Result extends string> {
  readonly userId: string;
  readonly result: Result;
}
