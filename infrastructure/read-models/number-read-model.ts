import type { Numbered, NumberQueries } from '../../application/queries/numbers.js';
import type { Prepared } from './prepared.js';

export class NumberReadModel implements NumberQueries {
  constructor(private readonly prepared: Prepared) {}

  async numbered(tenant: string, numbers: readonly number[]): Promise<ReadonlyMap<number, Numbered>> {
    if (numbers.length === 0) return new Map();
    const rows = await this.prepared.rows<{ number: string } & Numbered>('numbered', NUMBERED, [tenant, numbers]);
    return new Map(rows.map(({ number, kind, id }) => [Number(number), { kind, id }]));
  }

  numbersOfUsers(tenant: string, userIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#numbersOf('numbers-of-users', OF_USERS, tenant, userIds);
  }

  numbersOfGroups(tenant: string, groupIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#numbersOf('numbers-of-groups', OF_GROUPS, tenant, groupIds);
  }

  async #numbersOf(
    name: string,
    text: string,
    tenant: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.prepared.rows<{ id: string; number: string }>(name, text, [tenant, ids]);
    return new Map(rows.map(({ id, number }) => [id, Number(number)]));
  }
}

const NUMBERED = `SELECT n.number, n.kind, n.id FROM read.numbers_v1 n
  WHERE n.tenant = $1 AND n.number = ANY ($2::bigint[])`;
const OF_USERS = `SELECT u.user_id AS id, u.number FROM read.users_v2 u
  WHERE u.tenant = $1 AND u.user_id = ANY ($2::text[])`;
const OF_GROUPS = `SELECT g.group_id AS id, g.number FROM read.groups_v2 g
  WHERE g.tenant = $1 AND g.group_id = ANY ($2::text[])`;
