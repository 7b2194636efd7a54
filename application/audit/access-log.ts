import { hash } from 'node:crypto';
import type { Actor } from '../../domain/shared/actor.js';

/**
 * `read`: an auditor looked, or somebody else looked at what is held of a person. `refused`: somebody asked for what he may not, or a command was refused. `login`,
 * `loginRefused`: somebody came in, or didn't.
 */
export type AccessKind = 'read' | 'refused' | 'login' | 'loginRefused';

/** Ids and names of operations only: never a text, a login, a password or an address. */
export interface Access {
  readonly tenant: string;
  /** ms UTC. */
  readonly at: number;
  readonly kind: AccessKind;
  /** undefined: nobody who is known. */
  readonly actor: Actor | undefined;
  /** API and operation, `v1:GET /audit/history`. */
  readonly operation: string;
  /** What he asked about: a stream, or a query as it was sent. */
  readonly about: string;
  /** '' = done; else the refusal's name. */
  readonly outcome: string;
  readonly correlationId: string;
}

/** As it is kept: in the chain of its tenant. */
export interface KeptAccess extends Access {
  /** From 0, without gaps. */
  readonly seq: number;
  /** How often: where the same came too often, one entry stands for many. */
  readonly count: number;
  readonly prevHash: string;
  readonly hash: string;
}

export type CountedAccess = Access & { readonly count: number };

/** Where accesses are kept, only ever added to. */
export interface AccessStore {
  /** Chained to what is there, in their order; when it resolves they are on disk. */
  add(accesses: readonly CountedAccess[]): Promise<void>;
  /** Of one tenant, from a place on, in order of `seq`, or backwards. */
  page(tenant: string, from: number | undefined, limit: number, order: 'oldest' | 'newest'): Promise<KeptAccess[]>;
}

/** base64url sha-256 over the entry's members in this order, `prevHash` last; docs/audit.md shows how to check it by hand. */
export function accessHash(access: Omit<KeptAccess, 'hash'>): string {
  const { tenant, seq, at, kind, actor, operation, about, outcome, correlationId, count, prevHash } = access;
  const who = [actor?.kind ?? '', actor?.id ?? '', actor?.onBehalfOf ?? null];
  const members = [tenant, seq, at, kind, ...who, operation, about, outcome, correlationId, count, prevHash];
  return hash('sha256', JSON.stringify(members), 'base64url');
}

/** The first entry at which the chain doesn't hold, and why; undefined: it holds. */
export function accessBreak(entries: readonly KeptAccess[], after?: KeptAccess): string | undefined {
  let last = after;
  for (const entry of entries) {
    const place = `at entry ${entry.seq.toString()}`;
    if (entry.seq !== (last?.seq ?? -1) + 1) return `an entry is missing, doubled or out of order ${place}`;
    if (entry.prevHash !== (last?.hash ?? '')) return `it doesn't follow on the entry before ${place}`;
    if (entry.hash !== accessHash(entry)) return `what it says was changed ${place}`;
    last = entry;
  }
  return undefined;
}
