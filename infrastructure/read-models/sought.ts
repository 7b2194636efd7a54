import { foldedName } from '../../application/queries/folded-name.js';

/**
 * A keyword as `strpos` finds it in folded text. PostgreSQL's text can't hold U+0000, and so nothing has it: U+FFFF, no
 * character either, is looked for instead.
 */
export const sought = (keyword: string): string => foldedName(keyword).replaceAll('\u0000', '\uffff');
