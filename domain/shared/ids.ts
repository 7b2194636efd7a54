import { refuse } from './errors.js';

/** Numbers of groups and users, from one sequence: 16 decimal digits that a JSON number holds without loss (docs/rules.md A13). */
export const FIRST_NUMBER = 2 ** 52;
export const LAST_NUMBER = Number.MAX_SAFE_INTEGER;

/** A public id of a group or a user, whoever made it (docs/rules.md A13). */
export const ID_PATTERN = '^[A-Za-z0-9_\\-.@#:]{1,64}$';
const ID_FORM = new RegExp(ID_PATTERN);
const SERVER_MADE_FORM = /^[0-9]{16}$/;

/** Whether it is an id of the kind that the server makes: 16 decimal digits. */
export const isServerMadeId = (text: string): boolean => SERVER_MADE_FORM.test(text);

export const isId = (text: string): boolean => ID_FORM.test(text);

/**
 * Not for anybody: `me` is the caller in `/v1`'s paths, and HTTP clients fold `.` and `..` out of a path, so that whoever
 * had such an id could be meant by mistake, or never be reached.
 */
const RESERVED: ReadonlySet<string> = new Set(['me', '.', '..']);

/** 16 decimal digits belong to the server, so that no client's id can ever collide with one it makes later. */
export const isClientChosenId = (text: string): boolean =>
  isId(text) && !SERVER_MADE_FORM.test(text) && !RESERVED.has(text);

/**
 * Names under which the server speaks: to SealTalk's clients as `__system__`, for an OpenIM v2 back office as `__cms_admin__`. No
 * user has one.
 */
export const isServersName = (text: string): boolean => /^__.*__$/.test(text);

/** The id that a server-made group or user has: its number in decimal. */
export const serverMadeId = (number: number): string => String(number);

/** Why a text can't be an id, so that nobody has it. */
export const NO_ID = 'an id is 1 to 64 of the letters, digits and _ - . @ # :';

/** @throws InvalidArgument, for the reason `NO_ID`, when the text can't be an id at all. */
export function checkId(field: string, id: string): void {
  if (typeof id !== 'string' || !isId(id)) refuse('InvalidArgument', { field, reason: NO_ID });
}

/** An id that is being taken: chosen by a client, or the new number in decimal. @throws InvalidArgument */
export function checkNewId(field: string, id: string, number: number): void {
  if (!Number.isSafeInteger(number) || number < FIRST_NUMBER) {
    refuse('InvalidArgument', { field: 'number', reason: 'a number is in 2^52 … 2^53-1' });
  }
  checkId(field, id);
  if (!isClientChosenId(id) && id !== serverMadeId(number)) {
    refuse('InvalidArgument', { field, reason: "ids of 16 digits are made by the server; me, . and .. are nobody's" });
  }
}
