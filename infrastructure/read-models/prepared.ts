import type pg from 'pg';
import type { DataSource } from 'typeorm';

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

/** Rows in the order of the ids asked for, each once. */
export function inOrder<Row>(ids: readonly string[], rows: readonly Row[], idOf: (row: Row) => string): Row[] {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
}
