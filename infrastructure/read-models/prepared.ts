import type pg from 'pg';
import type { DataSource, EntityTarget, ObjectLiteral, ValueTransformer } from 'typeorm';

/**
 * Runs hot statements on TypeORM's own connections, prepared: TypeORM has every statement parsed and planned at each
 * call, which on a page of members costs as much as reading it.
 */
export class Prepared {
  private readonly pool: pg.Pool;

  constructor(source: DataSource) {
    this.pool = (source.driver as unknown as { master: pg.Pool }).master;
  }

  /** `name` is unique for the text. */
  async rows<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const result = await this.pool.query<Row>({ name: `read.${name}`, text, values });
    return result.rows;
  }
}

/** Looks entities up by their key as a repository would, prepared. */
export class PreparedLookup<Entity extends ObjectLiteral> {
  private readonly prepared: Prepared;
  private readonly select: string;
  private readonly keys: readonly string[];
  private readonly name: string;
  private readonly transformed: readonly { readonly member: string; from(stored: unknown): unknown }[];

  constructor(source: DataSource, target: EntityTarget<Entity>) {
    const { columns, primaryColumns, tablePath } = source.getMetadata(target);
    this.prepared = new Prepared(source);
    this.name = tablePath;
    this.keys = primaryColumns.map(({ databaseName }) => databaseName);
    const named = columns.map(({ databaseName, propertyName }) => `${databaseName} AS "${propertyName}"`);
    this.select = `SELECT ${named.join(', ')} FROM ${tablePath} WHERE `;
    this.transformed = columns.flatMap(({ propertyName, transformer }) =>
      [transformer ?? []].flat().map(({ from }: ValueTransformer) => ({ member: propertyName, from })),
    );
  }

  /** `key`: the primary columns' values in their order. */
  async one(...key: readonly string[]): Promise<Entity | undefined> {
    const where = this.keys.map((column, i) => `${column} = $${(i + 1).toString()}`);
    return (await this.found('one', where, key))[0];
  }

  /** Those with one of `ids` in the last primary column, in no order. */
  many(...key: readonly [...string[], readonly string[]]): Promise<Entity[]> {
    const where = this.keys.map((column, i) =>
      i === this.keys.length - 1
        ? `${column} = ANY ($${(i + 1).toString()}::text[])`
        : `${column} = $${(i + 1).toString()}`,
    );
    return this.found('many', where, key);
  }

  private async found(name: string, where: readonly string[], values: readonly unknown[]): Promise<Entity[]> {
    const text = this.select + where.join(' AND ');
    const rows = await this.prepared.rows<Record<string, unknown>>(`${this.name}.${name}`, text, [...values]);
    for (const row of rows) for (const { member, from } of this.transformed) row[member] = from(row[member]);
    return rows as Entity[]; // Its columns under its members' names.
  }
}

/** Rows in the order of the ids asked for, each once. */
export function inOrder<Row>(ids: readonly string[], rows: readonly Row[], idOf: (row: Row) => string): Row[] {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
}
