import { StaleFields } from '../../domain/group/card.js';
import type { FieldChanges, GroupChange } from '../../domain/group/commands.js';
import type { MemberQueries, MemberView } from '../queries/members.js';
import type { ReadModelProgress } from '../queries/progress.js';
import { fail } from './errors.js';
import type { ChangesMade, GroupChanges } from './group-changes.js';
import type { RequestContext } from './request.js';

export interface MemberFieldsDependencies {
  readonly groupChanges: Pick<GroupChanges, 'together'>;
  readonly members: {
    member(
      ...whose: Parameters<MemberQueries['member']>
    ): Promise<{ readonly card: Pick<MemberView['card'], 'customFields'> } | undefined>;
  };
  readonly progress: ReadModelProgress;
  /** How long a caller waits who doesn't say, milliseconds. */
  readonly deadlineMs: number;
}

/** Single custom fields to change, and what is changed in the group with them: all or nothing. */
export interface FieldsAsked extends Omit<FieldChanges, 'present'> {
  readonly groupId: string;
  readonly userId: string;
  readonly steps: readonly GroupChange[];
}

/** How long the read side is waited for at a time, ms: it may show what is needed before it is as far as it was asked to be. */
const LOOK_AGAIN_MS = 100;

/**
 * Changes custom fields of members one by one. What a member has is found in the read side, which may be behind, and judged by his
 * group's state, which is not: whichever process changes another of his fields at the same time, none is lost.
 */
export class MemberFields {
  constructor(private readonly deps: MemberFieldsDependencies) {}

  /** @throws DomainError what the steps throw; ApplicationError Contended where others were first till the end. */
  async change(context: RequestContext, { groupId, userId, steps, set, remove }: FieldsAsked): Promise<ChangesMade> {
    const { groupChanges, members } = this.deps;
    const end = performance.now() + (context.deadlineMs ?? this.deps.deadlineMs);
    for (let tries = 1; ; tries++) {
      const member = await members.member(context.tenant, groupId, userId);
      const fields = { set, remove, present: member?.card.customFields ?? [] };
      const step = { type: 'ChangeMemberCard', userId, fields } as const;
      const deadlineMs = Math.max(1, end - performance.now());
      try {
        return await groupChanges.together({ ...context, deadlineMs }, { groupId, steps: [...steps, step] });
      } catch (error) {
        if (!(error instanceof StaleFields)) throw error;
        if (performance.now() >= end) fail('Contended', { stream: groupId, tries });
      }
      await this.#caughtUp(context, groupId, end);
    }
  }

  /** Waits for the read side to be as far as the group is now. */
  async #caughtUp({ idempotency, ...context }: RequestContext, groupId: string, end: number): Promise<void> {
    void idempotency;
    const { groupChanges, progress } = this.deps;
    const { position } = await groupChanges.together(context, { groupId, steps: [] });
    const timeoutMs = Math.min(LOOK_AGAIN_MS, Math.max(1, end - performance.now()));
    if (position !== undefined) await progress.waitFor(position, { timeoutMs });
  }
}
