import type { ChangeTogether } from '../../domain/group/commands.js';
import { checkId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import { groupAggregate, type GroupResult } from './groups.js';
import type { CommandPipeline } from './pipeline.js';
import type { RequestContext } from './request.js';
import { refusedFirst, tried } from './trial.js';

type Changes = Pick<ChangeTogether, 'groupId' | 'steps'>;
export type ChangesMade = GroupResult<'ChangeTogether'>;

/** Several changes to one group, decided and written as one: an API that asks for them at once gets all or nothing. */
export class GroupChanges {
  private readonly deps: { readonly pipeline: CommandPipeline; readonly clock: Clock };

  constructor(pipeline: CommandPipeline, clock: Clock) {
    this.deps = { pipeline, clock };
  }

  /** @throws DomainError what the steps throw; ApplicationError */
  async together(context: RequestContext, { groupId, steps }: Changes): Promise<ChangesMade> {
    checkId('groupId', groupId);
    const stream = { category: 'group', tenant: context.tenant, groupId } as const;
    const command = { type: 'ChangeTogether', groupId, steps } as const;
    const result = await this.deps.pipeline.execute({ ...context, aggregate: groupAggregate, stream, command });
    // A decision's outcome is of its command.
    return result as ChangesMade;
  }

  /**
   * Changes to several groups. Each group is a stream of its own, so only what belongs to one is written as one; but all
   * are decided, for trial, before the first is written, so that a refusal leaves everything as it was unless a group
   * changes in between. `contextOf` has an idempotency key for each group where the request has one.
   * @throws DomainError, ApplicationError
   */
  async inEach(
    contextOf: (groupId: string) => RequestContext,
    changes: readonly Changes[],
  ): Promise<readonly ChangesMade[]> {
    const inTurn = await refusedFirst(changes, (one) => this.#fits(contextOf(one.groupId), one));
    const made: ChangesMade[] = [];
    for (const one of inTurn) made.push(await this.together(contextOf(one.groupId), one));
    return made;
  }

  async #fits({ tenant, actor }: RequestContext, { groupId, steps }: Changes): Promise<boolean> {
    checkId('groupId', groupId);
    const stream = { category: 'group', tenant, groupId } as const;
    const command = { type: 'ChangeTogether', groupId, steps } as const;
    return (await tried(this.deps, { aggregate: groupAggregate, stream, command, actor })) !== undefined;
  }
}
