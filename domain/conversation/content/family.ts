import type { Content, ContentFormat } from '../events.js';
import type { Neutral } from './neutral.js';

/** The families whose messages are known. 002's are encrypted for its own clients, and opaque here. */
export type KnownFormat = Exclude<ContentFormat, 'dtalk'>;

/** How one family says things. */
export interface Family {
  /** undefined: it has no counterpart elsewhere, or isn't as it should be. */
  read(content: Content): Neutral | undefined;
  /** undefined: the family can't say this. */
  write(neutral: Neutral): Content | undefined;
  /** Whether its clients take this for word of their server: that somebody joined, that a message was taken back. */
  isServers(content: Content): boolean;
}
