import type { ChangeTogether } from '../../domain/group/commands.js';
import { groupAggregate, type GroupResult } from './groups.js';
import type { CommandPipeline } from './pipeline.js';
import type { RequestContext } from './request.js';

/** Several changes to one group, decided and written as one: an API that asks for them at once gets all or nothing. */
export class GroupChanges {
  constructor(private readonly pipeline: CommandPipeline) {}

  /** @throws DomainError what the steps throw; ApplicationError */
  async together(
    context: RequestContext,
    { groupId, steps }: Pick<ChangeTogether, 'groupId' | 'steps'>,
  ): Promise<GroupResult<'ChangeTogether'>> {
    const stream = { category: 'group', tenant: context.tenant, groupId } as const;
    const command = { type: 'ChangeTogether', groupId, steps } as const;
    const result = await this.pipeline.execute({ ...context, aggregate: groupAggregate, stream, command });
    // A decision's outcome is of its command.
    return result as GroupResult<'ChangeTogether'>;
  }
}
