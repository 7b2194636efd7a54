/**
 * In lines that the server writes in an API's own words, which spell out how people are called: whoever reads the line is shown
 * the nickname that its person has by then, nothing once he is erased. The log and the lists hold the id alone, because a line
 * is encrypted for one person and may name others.
 */
export const NICKNAME = { open: '\uE000', close: '\uE001' } as const;

/** What people wrote, without what would be taken for the place of a nickname; nothing of somebody who was erased (null). */
export const withoutNicknames = (text: string | null): string => (text ?? '').replaceAll(/[\uE000\uE001]/g, '');

export const nicknameOf = (userId: string): string => `${NICKNAME.open}${userId}${NICKNAME.close}`;
