import type { Content, ContentFormat } from '../events.js';
import type { Family, KnownFormat } from './family.js';
import type { Neutral } from './neutral.js';
import { openim } from './openim.js';
import { parley } from './parley.js';
import { sealtalk } from './sealtalk.js';
import { tencent } from './tencent.js';

/** The table: how each family says what all of them know. A new family is a new row. */
export const families: Readonly<Record<KnownFormat, Family>> = { parley, openim, tencent, sealtalk };

export const isFormat = (format: string): format is ContentFormat =>
  format === 'dtalk' || Object.hasOwn(families, format);

/** Whether the clients of its family take it for word of their server. */
export const isServers = (content: Content): boolean =>
  content.format !== 'dtalk' && families[content.format].isServers(content);

/** What it says, in no family's words; undefined: only its own family knows. */
export const neutralOf = (content: Content): Neutral | undefined =>
  content.format === 'dtalk' ? undefined : families[content.format].read(content);
