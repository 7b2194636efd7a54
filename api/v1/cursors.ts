import { createHash } from 'node:crypto';
import { BadCursor } from '../../application/queries/page.js';
import { actingUser } from '../../domain/shared/actor.js';
import type { Caller } from './caller.js';
import type { PageQuery } from './dto/common.js';
import type { Operation, Reply } from './operation.js';

/** Of no consequence for which list it is. */
const NOT_THE_LIST: ReadonlySet<string> = new Set(['limit', 'cursor', 'minPosition']);

/**
 * The cursors of one list: what the read models know how to go on from, marked with whose list it is of what and by which
 * filters. In another list the same place would be somewhere else, and its caller would miss items without noticing.
 */
export class ListCursors {
  readonly #mark: string;
  /** For the handler: with the cursor that the read models gave. */
  readonly query: PageQuery;

  /** @throws BadCursor for the cursor of another list */
  constructor(
    private readonly op: Operation,
    path: object,
    query: PageQuery,
    { tenant, actor }: Caller,
  ) {
    const filters = Object.entries(query)
      .filter(([name, value]) => !NOT_THE_LIST.has(name) && value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const who = actor === undefined ? '' : actingUser(actor);
    this.#mark = createHash('sha256')
      .update(JSON.stringify([op.operationId, tenant, who, Object.entries(path), filters]))
      .digest('base64url')
      .slice(0, 11);
    this.query = query.cursor === undefined ? query : Object.assign(query, { cursor: this.#unmarked(query.cursor) });
  }

  /** The same page; its cursor is of this list. */
  answered(reply: Reply): Reply {
    const { body } = reply;
    if (body === undefined || !('next' in body) || typeof body.next !== 'string') return reply;
    return { ...reply, body: { ...body, next: `${this.#mark}.${body.next}` } };
  }

  #unmarked(cursor: string): string {
    if (!cursor.startsWith(`${this.#mark}.`)) throw new BadCursor(this.op.operationId);
    return cursor.slice(this.#mark.length + 1);
  }
}
