import type { RequestContext } from '../../../application/commands/request.js';
import { actorOf, requestContext } from '../shared/context.js';
import type { Call } from '../shared/operation.js';
import type { Answer } from './answer.js';
import { type FieldRules, type Fields, fieldsOf } from './fields.js';
import { type Operation, operation } from './operation.js';
import type { SealtalkServices } from './services.js';

/** What a handler is given of a request whose body was read. */
export interface Posted {
  readonly fields: Fields;
  readonly tenant: string;
  /** Who calls. */
  readonly me: string;
  readonly context: RequestContext;
  readonly call: Call;
}

interface Declared extends FieldRules {
  readonly method?: Operation['method'];
  readonly path: Operation['path'];
  readonly reads?: boolean;
  /** Gives what is answered beside 200; nothing: 200 alone. */
  readonly handle: (posted: Posted) => Promise<Answer | undefined>;
}

/** Declares operations with a session and a body, which is read as 004 reads it before they are handled. */
export const postingOn =
  ({ ids }: Pick<SealtalkServices, 'ids'>) =>
  ({ method = 'POST', path, reads = false, handle, ...rules }: Declared): Operation =>
    operation({
      method,
      path,
      reads,
      handle: async (call) => {
        const { tenant } = call.caller;
        const fields = await fieldsOf(ids, tenant, call.request.body, rules);
        const me = actorOf(call.caller).id;
        return (await handle({ fields, tenant, me, context: requestContext(call), call })) ?? {};
      },
    });

/** Stands for what can't be an id: nobody has it, nor may choose it (`domain/shared/ids.ts`). */
export const NOBODY = 'me';

/** A list of ids in which what can't be one is nobody. */
export const orNobody = (ids: readonly (string | null)[]): string[] => ids.map((id) => id ?? NOBODY);
