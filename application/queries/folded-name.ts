/**
 * A name as keywords are looked for in it: upper and lower case are one, and so are the ways to compose a character. Made
 * here and not by the database, whose idea of upper case goes with its locale.
 */
export const foldedName = (name: string): string => name.normalize('NFC').toLowerCase();
