import { isServerMadeId } from '../../domain/shared/ids.js';
import type { Bound } from '../../domain/shared/text.js';
import { isBlank, wrongWith } from '../../domain/shared/text.js';

export const LOGIN_BOUND: Bound = { min: 1, max: 128, unit: 'characters' };

/**
 * The form in which logins are compared and kept: NFKC, without the white space around it, case folded. Two that fold alike
 * are one login. User ids that may log in are compared with them in this form.
 */
export function foldLogin(login: string): string {
  const compatible = login.normalize('NFKC').trim();
  // Upper case between makes SS of ß, as Unicode's case folding does. The final sigma is what lower case adds to that.
  return compatible.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}

/** As logins were compared before version 0.2; those that were given out then are found by it too. */
export const foldLoginAsOnce = (login: string): string => login.normalize('NFKC').trim().toLowerCase();

/** Phones are compared by their digits and a leading `+`. */
export function foldPhone(phone: string): string {
  const digits = phone.normalize('NFKC').replaceAll(/[^0-9]/g, '');
  return phone.trim().startsWith('+') ? `+${digits}` : digits;
}

/** Control, format and other characters that nobody sees or that have no meaning yet (U+2800 is a blank among the signs). */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Why nobody may choose this login; undefined: he may. */
export function wrongWithLogin(login: string): string | undefined {
  const folded = foldLogin(login);
  const wrong = wrongWith(folded, LOGIN_BOUND);
  if (wrong !== undefined) return wrong;
  if (UNSEEN.test(login.trim()) || UNSEEN.test(folded)) return 'holds a character that nobody can see';
  if (isBlank(folded)) return 'blank';
  return isServerMadeId(folded) ? 'reads like an id that the server makes' : undefined;
}
