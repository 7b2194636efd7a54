import type { Scalar, Tables } from './engine/projection.js';

type Table = Pick<Tables, 'main'>;

/** A column's type, and whether it can be null. */
export type ColumnType = 'text' | 'boolean' | 'smallint' | 'integer' | 'bigint' | 'jsonb';
export type ColumnSpec = ColumnType | `${ColumnType}?`;

/**
 * The columns of a projection's table: the one list that its DDL and its statements are made from. A projection that
 * folds whole rows loads those a batch touches, changes them in memory, and saves them.
 */
export class RowTable<Row extends { [Name in keyof Row]: unknown }> {
  readonly names: readonly (keyof Row & string)[];

  /** `key`: the columns of the primary key; in `columns` they come first. */
  constructor(
    private readonly columns: Readonly<Record<keyof Row & string, ColumnSpec>>,
    private readonly key: readonly (keyof Row & string)[],
  ) {
    this.names = Object.keys(columns) as (keyof Row & string)[];
  }

  /** Text sorts by code point, so that `(a, b) > (…)` reads an index in its order whatever the database's locale. */
  create(table: string): string {
    const lines = this.names.map((name) => {
      const type = this.typeOf(name);
      return `${name} ${type}${type === 'text' ? ' COLLATE "C"' : ''}${this.isNullable(name) ? '' : ' NOT NULL'}`;
    });
    return `CREATE TABLE ${table} (
       ${lines.join(',\n       ')},
       PRIMARY KEY (${this.key.join(', ')})) WITH (fillfactor = 80)`;
  }

  select({ main }: Table): string {
    return `SELECT ${this.names.join(', ')} FROM ${main}`;
  }

  /** Parameters: one array for each column of the key. */
  load({ main }: Table): string {
    return `SELECT t.* FROM unnest(${this.parameters(this.key)}) x (${this.key.join(', ')})
  JOIN ${main} t USING (${this.key.join(', ')})`;
  }

  /** Rows as `load` gives them, with numbers for 64-bit integers, which come as text. All of ours fit into 2^53. */
  numbered(rows: readonly Row[]): Row[] {
    const wide = this.names.filter((name) => this.typeOf(name) === 'bigint');
    return rows.map((row) => {
      const numbered: Record<string, unknown> = { ...row };
      for (const name of wide) if (row[name] !== null) numbered[name] = Number(row[name]);
      return numbered as Row;
    });
  }

  /** Inserts or replaces. Parameters: as `values` gives them. */
  save(table: Table): string {
    const others = this.names.filter((name) => !this.key.includes(name));
    return `${this.insert(table)}
  ON CONFLICT (${this.key.join(', ')}) DO UPDATE SET
    ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`;
  }

  /** Inserts those that aren't there, and leaves the others as they are. Parameters: as `values` gives them. */
  add(table: Table): string {
    return `${this.insert(table)}
  ON CONFLICT (${this.key.join(', ')}) DO NOTHING`;
  }

  private insert({ main }: Table): string {
    const cast = this.names.map((name) => (this.typeOf(name) === 'jsonb' ? `x.${name}::jsonb` : `x.${name}`));
    return `INSERT INTO ${main} (${this.names.join(', ')})
  SELECT ${cast.join(', ')} FROM unnest(${this.parameters(this.names)}) x (${this.names.join(', ')})`;
  }

  /** One array for each column. */
  values(rows: readonly Row[]): Scalar[][] {
    return this.names.map((name) => {
      if (this.typeOf(name) !== 'jsonb') return rows.map((row) => row[name] as Scalar);
      return rows.map((row) => (row[name] === null ? null : JSON.stringify(row[name])));
    });
  }

  private parameters(names: readonly (keyof Row & string)[]): string {
    return names
      .map((name, i) => {
        const type = this.typeOf(name);
        return `$${String(i + 1)}::${type === 'jsonb' ? 'text' : type}[]`;
      })
      .join(', ');
  }

  private typeOf(name: keyof Row & string): ColumnType {
    return this.columns[name].replace('?', '') as ColumnType;
  }

  private isNullable(name: keyof Row & string): boolean {
    return this.columns[name].endsWith('?');
  }
}
