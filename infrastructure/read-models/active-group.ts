/**
 * Joins the group that a row of `from` names, where it is active, as `g`. OFFSET 0 keeps it a look-up by key: a plain join
 * that is planned before the tables have statistics may go through all groups of the tenant for each row.
 */
export const ACTIVE_GROUP = (from: string): string => `CROSS JOIN LATERAL (
    SELECT g.kind, g.incarnation, g.rules_preset FROM read.groups_v2 g
    WHERE g.tenant = ${from}.tenant AND g.group_id = ${from}.group_id AND g.status = 'active' OFFSET 0) g`;
