import type { Envelope, RecordedEvent } from '../../application/ports/envelope.js';
import type { DomainEvent } from '../../domain/shared/event.js';

export type Scalar = string | number | boolean | null | undefined;
/** One column of many rows, for `unnest`. */
export type Column = readonly Scalar[];
export type Value = Scalar | Column;

/** Runs statements one after the other in the transaction that moves the checkpoint. */
export interface Statements {
  /**
   * `name` is unique for the text: the statement is planned once per connection. 64-bit integers come back as strings.
   */
  run<Row extends object = Record<string, unknown>>(
    name: string,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]>;
  /** For a statement whose rows nobody wants: nothing waits for it but the transaction's end, which fails where it has. */
  send(name: string, text: string, values: readonly unknown[]): void;
}

/** Physical tables of one letter, quoted by their form: letters, digits and `_` only. */
export interface Tables {
  readonly main: string;
  /** A further table, for what the projection must remember beside the rows it shows. */
  readonly aux: (suffix: string) => string;
  /** Without schema: index names are made of it. */
  readonly base: string;
}

/** An event that a projection handles, of a schema that it knows. */
export interface ProjectedEvent<Event extends DomainEvent = DomainEvent> {
  readonly tenant: string;
  readonly stream: string;
  readonly revision: number;
  /** Decided time, ms UTC. */
  readonly occurredAt: number;
  readonly envelope: Pick<Envelope, 'actor' | '$correlationId' | 'traceparent'>;
  readonly event: Event;
}

/**
 * A read model as a function of history. `apply` reads only its own tables and the events, never the clock, so that a
 * rebuild gives the same rows; it must bear a batch cut anywhere and the same batch twice.
 *
 * A change of columns, or of the events or schema versions handled, is a new `version`: old processes go on feeding theirs.
 */
export interface Projection {
  /** Lower case letters and `_`. */
  readonly name: string;
  readonly version: number;
  /** Not what somebody looks at to see what he has just written: who waits for all projections doesn't wait for this one. */
  readonly unawaited?: true;
  /** Event types, each with the highest schema version this projection understands. Others are skipped. */
  readonly handles: Readonly<Record<string, number>>;
  /** Suffixes of the further tables. */
  readonly auxTables: readonly string[];
  /** CREATE TABLE statements, with primary keys. */
  readonly ddl: (tables: Tables) => readonly string[];
  /** CREATE INDEX statements that only readers need: a rebuild makes them after the rows. */
  readonly indexes: (tables: Tables) => readonly string[];
  /** The SELECT behind the view `read.<name>_v<version>`. */
  readonly view: (tables: Tables) => string;
  /** Coalesced, multi-row statements. Throws when an event can't be applied: it is then parked with its stream. */
  readonly apply: (events: readonly ProjectedEvent[], tables: Tables, db: Statements) => Promise<void>;
}

export type Letter = 'a' | 'b';

export const otherLetter = (letter: Letter): Letter => (letter === 'a' ? 'b' : 'a');

/** What people, logs and locks call it. */
export const projectionKey = (projection: Pick<Projection, 'name' | 'version'>): string =>
  `${projection.name}_v${String(projection.version)}`;

export const viewName = (projection: Pick<Projection, 'name' | 'version'>): string =>
  `read.${projectionKey(projection)}`;

export function tablesOf(projection: Pick<Projection, 'name' | 'version'>, letter: Letter): Tables {
  return tables(`p_${projectionKey(projection)}_${letter}`, 'read');
}

/** For a replay that nobody else sees: temporary tables end with their session. */
export function scratchTablesOf(projection: Pick<Projection, 'name' | 'version'>): Tables {
  return tables(`p_${projectionKey(projection)}_scratch`, 'pg_temp');
}

function tables(base: string, schema: string): Tables {
  return { base, main: `${schema}.${base}`, aux: (suffix) => `${schema}.${base}_${suffix}` };
}

export const physicalTables = (projection: Projection, tables: Tables): string[] => [
  tables.main,
  ...projection.auxTables.map((suffix) => tables.aux(suffix)),
];

const NAME = /^[a-z][a-z_]{0,30}$/;

/** @throws TypeError for a name that can't be part of a table's name. */
export function checkProjections(projections: readonly Projection[]): void {
  const keys = new Set<string>();
  for (const projection of projections) {
    if (!NAME.test(projection.name) || !Number.isSafeInteger(projection.version) || projection.version < 1)
      throw new TypeError(`not a projection's name and version: ${projectionKey(projection)}`);
    if (keys.has(projection.name)) throw new TypeError(`two projections are called ${projection.name}`);
    keys.add(projection.name);
  }
}

export type Verdict =
  | { readonly kind: 'handle'; readonly event: ProjectedEvent }
  | { readonly kind: 'skip' }
  /** A schema of a handled type that this code doesn't know: the projection must stop, not guess. */
  | { readonly kind: 'newer' };

/** What a projection does with an event that was read. */
export function judge(projection: Projection, recorded: RecordedEvent): Verdict {
  const highest = projection.handles[recorded.type];
  if (highest === undefined) return { kind: 'skip' };
  if (recorded.event === undefined || recorded.envelope.schemaVersion > highest) return { kind: 'newer' };
  return {
    kind: 'handle',
    event: {
      tenant: recorded.envelope.tenant,
      stream: recorded.stream,
      revision: recorded.revision,
      occurredAt: recorded.envelope.occurredAt,
      envelope: recorded.envelope,
      event: recorded.event,
    },
  };
}
