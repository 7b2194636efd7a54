import Type from 'typebox';
import type { ViewEvent } from '../../../domain/view/events.js';
import type { EventSchema } from '../schema.js';
import { type Agrees, Closed, Count, OneOf, OrNull, Positive } from './types.js';

const Id = Type.String({ minLength: 1 });

const payloads = {
  ReadPositionSet: Closed({ userId: Id, upToSeq: Count, by: Id }),
  MessagesHidden: Closed({ userId: Id, seqs: Type.Array(Positive), by: Id }),
  HistoryCleared: Closed({ userId: Id, upToSeq: Count, by: Id }),
  ConversationPinned: Closed({ userId: Id, by: Id }),
  ConversationUnpinned: Closed({ userId: Id, by: Id }),
  ReceiveOptionChanged: Closed({ userId: Id, option: OneOf('all', 'silent', 'none'), by: Id }),
  ViewExtChanged: Closed({ userId: Id, ext: OrNull(Type.String()), by: Id }),
  ViewSettingsChanged: Closed({
    userId: Id,
    changes: Closed({
      privateChat: Type.Optional(Type.Boolean()),
      burnSeconds: Type.Optional(Count),
      destructs: Type.Optional(Type.Boolean()),
      destructAfterSeconds: Type.Optional(Count),
    }),
    by: Id,
  }),
};

/** Doesn't compile when a schema and the domain's type part ways. */
export const viewSchemasAgree: Agrees<ViewEvent, typeof payloads> = true;

export const viewEvents: readonly EventSchema[] = [
  { type: 'ReadPositionSet', version: 1, payload: payloads.ReadPositionSet },
  { type: 'MessagesHidden', version: 1, payload: payloads.MessagesHidden },
  { type: 'HistoryCleared', version: 1, payload: payloads.HistoryCleared },
  { type: 'ConversationPinned', version: 1, payload: payloads.ConversationPinned },
  { type: 'ConversationUnpinned', version: 1, payload: payloads.ConversationUnpinned },
  { type: 'ReceiveOptionChanged', version: 1, payload: payloads.ReceiveOptionChanged },
  {
    type: 'ViewExtChanged',
    version: 1,
    payload: payloads.ViewExtChanged,
    personal: [{ path: 'ext', subject: 'userId' }],
  },
  { type: 'ViewSettingsChanged', version: 1, payload: payloads.ViewSettingsChanged },
];
