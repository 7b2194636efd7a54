import { conversationKeyIn } from '../application/streams.js';
import type { HistoryCleared, MessagesHidden } from '../domain/view/events.js';
import type { ProjectedEvent, Projection, Tables } from './engine/projection.js';

type Handled = MessagesHidden | HistoryCleared;

/** What a batch comes to for one participant. */
interface Hidden {
  readonly tenant: string;
  readonly userId: string;
  readonly conversation: string;
  readonly seqs: Set<number>;
  clearedUpTo: number;
}

/** Single messages that somebody deleted for himself, one row each. Those that he cleared away since aren't remembered. */
export const hiddenMessagesProjection: Projection = {
  name: 'hidden_messages',
  version: 1,
  handles: { MessagesHidden: 1, HistoryCleared: 1 } satisfies Record<Handled['type'], number>,
  auxTables: [],
  ddl: (tables) => [
    `CREATE TABLE ${tables.main} (
       tenant       text COLLATE "C" NOT NULL,
       user_id      text COLLATE "C" NOT NULL,
       conversation text COLLATE "C" NOT NULL,
       seq          bigint NOT NULL,
       PRIMARY KEY (tenant, user_id, conversation, seq))`,
  ],
  indexes: () => [],
  view: (tables) => `SELECT tenant, user_id, conversation, seq FROM ${tables.main}`,

  async apply(events, tables, db) {
    const views = new Map<string, Hidden>();
    for (const { tenant, stream, event } of events as readonly ProjectedEvent<Handled>[]) {
      let view = views.get(stream);
      if (view === undefined) {
        const { userId } = event.data;
        view = { tenant, userId, conversation: conversationKeyIn(stream), seqs: new Set(), clearedUpTo: 0 };
        views.set(stream, view);
      }
      if (event.type === 'MessagesHidden') for (const seq of event.data.seqs) view.seqs.add(seq);
      else clear(view, event.data.upToSeq);
    }
    // Clearing first, so that what a batch hides afterwards stands.
    const cleared = [...views.values()].filter(({ clearedUpTo }) => clearedUpTo > 0);
    if (cleared.length > 0)
      db.send('clear', CLEAR(tables), [
        cleared.map((row) => row.tenant),
        cleared.map((row) => row.userId),
        cleared.map((row) => row.conversation),
        cleared.map((row) => row.clearedUpTo),
      ]);
    const rows = [...views.values()].flatMap(({ seqs, ...view }) => [...seqs].map((seq) => ({ ...view, seq })));
    if (rows.length > 0)
      db.send('hide', HIDE(tables), [
        rows.map((row) => row.tenant),
        rows.map((row) => row.userId),
        rows.map((row) => row.conversation),
        rows.map((row) => row.seq),
      ]);
  },
};

function clear(view: Hidden, upToSeq: number): void {
  view.clearedUpTo = Math.max(view.clearedUpTo, upToSeq);
  for (const seq of view.seqs) if (seq <= upToSeq) view.seqs.delete(seq);
}

const HIDE = (tables: Tables): string => `
  INSERT INTO ${tables.main} (tenant, user_id, conversation, seq)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) ON CONFLICT DO NOTHING`;

const CLEAR = (tables: Tables): string => `
  DELETE FROM ${tables.main} h
  USING unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) x (tenant, user_id, conversation, up_to)
  WHERE h.tenant = x.tenant AND h.user_id = x.user_id AND h.conversation = x.conversation AND h.seq <= x.up_to`;
