import type Type from 'typebox';

/** A field of a payload that is encrypted for the user whom another field names. */
export interface PersonalField {
  /** Members from the payload down, joined by dots: `card`, `changes.remark`. Part of what the ciphertext is bound to. */
  readonly path: string;
  /** The payload's own member that holds the id of the user whose key it is. */
  readonly subject: string;
}

export type Payload = Readonly<Record<string, unknown>>;

/** A form of the event that is written no more but must stay readable for ever. */
export interface EarlierVersion {
  readonly version: number;
  readonly personal?: readonly PersonalField[];
  /** To the next version. It sees personal fields in the clear, and null where their subject was erased. */
  readonly upcast: (payload: Payload) => Payload;
}

/** Everything the serializer knows about one type. Earlier versions stand in order, without gaps, up to `version - 1`. */
export interface EventSchema {
  readonly type: string;
  /** The one that is written now, from 1. */
  readonly version: number;
  readonly payload: Type.TObject;
  readonly personal?: readonly PersonalField[];
  readonly earlier?: readonly EarlierVersion[];
}
