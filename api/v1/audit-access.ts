import type { AccessStore, KeptAccess } from '../../application/audit/access-log.js';
import { BadCursor } from '../../application/queries/page.js';
import { AuditAccessQuery } from './dto/audit-access.js';
import { operation, type Operation } from './operation.js';
import { type Freshness, isoTime } from './reading.js';
import { type AccessEntry, AccessPage } from './schemas/audit-access.js';
import type { Shown } from './schemas/types.js';

export interface AccessServices {
  readonly accesses: Pick<AccessStore, 'page'>;
  readonly freshness: Freshness;
}

/** Who looked, who was refused, who came in. */
export function auditAccessOperations({ accesses, freshness }: AccessServices): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/audit/access',
      operationId: 'listAccesses',
      summary: 'Who looked at histories, who was refused what, and who logged in',
      description:
        'A chain of its own: each entry’s hash is over what it says and the hash of the one before. A flood is counted instead of kept.',
      tag: 'History',
      access: 'auditor',
      Query: AuditAccessQuery,
      success: { status: 200, description: 'A page of entries.', Schema: AccessPage },
      problems: ['ReadModelBehind', 'CursorGone', 'Unavailable'],
      handle: async ({ query: { cursor, limit, order, minPosition }, caller }) => {
        if (minPosition !== undefined) await freshness.atLeast(minPosition, caller);
        const from = cursor === undefined ? undefined : placeOf(cursor);
        const entries = await accesses.page(caller.tenant, from, limit + 1, order);
        const next = entries.length > limit ? entries.at(limit) : undefined;
        return {
          status: 200,
          body: {
            items: entries.slice(0, limit).map(entryBody),
            next: next === undefined ? null : `s${next.seq.toString()}`,
          },
        };
      },
    }),
  ];
}

/** @throws BadCursor */
function placeOf(cursor: string): number {
  const [, seq] = /^s(\d{1,15})$/.exec(cursor) ?? [];
  if (seq === undefined) throw new BadCursor('accesses');
  return Number(seq);
}

/** Whoever asks is of its tenant, and knows it. */
function entryBody({ tenant, at, actor, ...entry }: KeptAccess): Shown<typeof AccessEntry> {
  void tenant;
  return { ...entry, at: isoTime(at), actor: actor ?? null };
}
