import type { DomainEvent } from '../../domain/shared/event.js';

/** What an audit's sentences are made of, and how they say times, texts and people. */

export interface Telling {
  /** What messages say is told, too. */
  readonly content?: boolean;
}

/** A sentence for each type of event; `who` did it. */
export type Sentences<Event extends DomainEvent> = {
  readonly [Type in Event['type']]: (
    data: Extract<Event, { readonly type: Type }>['data'],
    who: string,
    telling: Telling,
  ) => string;
};

export const iso = (at: number): string => {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? String(at) : time.toISOString();
};

export const until = (deadline: number | null): string => (deadline === null ? 'for ever' : `until ${iso(deadline)}`);

/** What somebody wrote, as it was read: left out where it is absent, empty or erased. */
export const said = (text: string | null | undefined): string => (text ? `: ${text}` : '');

/** The names of what changed; of an erased person nothing is known any more. */
export const named = (changes: object | null | undefined): string => {
  const names = Object.keys(changes ?? {});
  return names.length === 0 ? 'details' : names.join(', ');
};

export const whose = (userId: string, by: string): string => (userId === by ? 'their own' : `${userId}'s`);

/** ` for ann` where somebody else did it: what is somebody's own act may be done for him. */
export const unlessSelf = (userId: string, by: string): string => (userId === by ? '' : ` for ${userId}`);

export const listed = (noun: string, items: readonly (number | string)[]): string =>
  `${noun}${items.length === 1 ? '' : 's'} ${items.join(', ')}`;
