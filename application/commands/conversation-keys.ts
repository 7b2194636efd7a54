import type { ConversationAbout } from '../../domain/conversation/events.js';
import { refuse } from '../../domain/shared/errors.js';
import { checkId } from '../../domain/shared/ids.js';
import type { GroupState } from '../../domain/group/state.js';
import type { ConversationKey, StreamId } from '../streams.js';
import { groupAggregate } from './groups.js';
import type { CommandPipeline } from './pipeline.js';

/** A conversation as an API means it: a group's without an incarnation is the one that it has now. */
export type ConversationTarget =
  | Exclude<ConversationKey, { readonly kind: 'group' }>
  | { readonly kind: 'group'; readonly groupId: string; readonly incarnation?: number };

export type AboutGroup = Extract<ConversationAbout, { kind: 'group' }>;

/** A group's state, read after the request came, and which of its conversations is meant. */
export interface GroupSeen {
  readonly about: AboutGroup;
  readonly state: GroupState;
  /** -1 = there is no such group. */
  readonly revision: number;
}

/** @throws DomainError GroupNotFound where no incarnation is named and there is none; InvalidArgument */
export async function seeGroup(
  pipeline: Pick<CommandPipeline, 'look'>,
  tenant: string,
  { groupId, incarnation }: Extract<ConversationTarget, { readonly kind: 'group' }>,
): Promise<GroupSeen> {
  checkId('groupId', groupId);
  const { state, revision } = await pipeline.look(groupAggregate, { category: 'group', tenant, groupId });
  const present = state.status === 'none' ? undefined : state.incarnation;
  const meant = incarnation ?? present;
  if (meant === undefined || present === undefined || meant > present) refuse('GroupNotFound', { groupId });
  return { about: { kind: 'group', groupId, incarnation: meant }, state, revision };
}

/** A pair in code unit order. */
export function aboutOf(key: ConversationKey): ConversationAbout {
  if (key.kind !== 'single') return { ...key };
  const { kind, a, b } = key;
  return b < a ? { kind, a: b, b: a } : { kind, a, b };
}

export const conversationStream = (tenant: string, about: ConversationAbout): StreamId => ({
  category: 'conversation',
  tenant,
  ...about,
});
