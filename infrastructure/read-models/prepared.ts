import type pg from 'pg';
import type { DataSource, EntityTarget, ObjectLiteral, ValueTransformer } from 'typeorm';
import { ReadModelUnavailable } from '../../application/ports/unavailable.js';
import { repeated } from '../postgres/repeated.js';

/**
 * Runs the read models' statements on TypeORM's own connections, prepared: TypeORM has every statement parsed and planned
 * at each call, which on a page of members costs as much as reading it.
 */
export class Prepared {
  private readonly pool: pg.Pool;
  /** By a statement's name: the views that it reads. */
  private readonly views = new Map<string, readonly View[]>();

  /** @param unreadable why a view (`users_v2`) can't be read now; undefined when it can */
  constructor(
    readonly source: DataSource,
    private readonly unreadable: (view: string) => string | undefined,
  ) {
    this.pool = (source.driver as unknown as { master: pg.Pool }).master;
  }

  /**
   * `name` is unique for the text.
   * @throws ReadModelUnavailable where one of the views it reads is missing, or doesn't show yet what is in the log
   */
  async rows<Row extends object>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    for (const { view, readModel } of this.viewsIn(name, text)) {
      const reason = this.unreadable(view);
      if (reason !== undefined) throw new ReadModelUnavailable(readModel, reason);
    }
    try {
      return (await repeated<Row>(this.pool, { name: `read.${name}`, text, values })).rows;
    } catch (error) {
      throw isNotThere(error)
        ? new ReadModelUnavailable(this.namedIn(error, name, text), 'it is not there', { cause: error })
        : error;
    }
  }

  private viewsIn(name: string, text: string): readonly View[] {
    let views = this.views.get(name);
    if (views === undefined) {
      views = viewsIn(text);
      this.views.set(name, views);
    }
    return views;
  }

  /** The one that the error speaks of, in whatever language. */
  private namedIn(error: Error, name: string, text: string): string {
    const all = this.viewsIn(name, text);
    return (all.find(({ view }) => error.message.includes(view)) ?? all[0])?.readModel ?? name;
  }
}

interface View {
  /** `users_v2` */
  readonly view: string;
  /** `users` */
  readonly readModel: string;
}

function viewsIn(text: string): View[] {
  const found = [...text.matchAll(/\bread\.(([a-z_]+)_v\d+)\b/g)];
  return [...new Map(found.map(([, view = '', readModel = '']) => [view, { view, readModel }])).values()];
}

/** No such table, column or schema: somebody took it away, and whoever looks after it doesn't know yet. */
const isNotThere = (error: unknown): error is Error =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^(42P01|42703|3F000)$/.test(error.code);

/** Looks entities up by their key as a repository would, prepared. */
export class PreparedLookup<Entity extends ObjectLiteral> {
  private readonly select: string;
  private readonly keys: readonly string[];
  private readonly name: string;
  private readonly transformed: readonly { readonly member: string; from(stored: unknown): unknown }[];

  constructor(
    private readonly prepared: Prepared,
    target: EntityTarget<Entity>,
  ) {
    const { columns, primaryColumns, tablePath } = prepared.source.getMetadata(target);
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
