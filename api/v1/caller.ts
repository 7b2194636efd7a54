import type { TokenClaims } from '../../application/ports/tokens.js';
import type { Actor } from '../../domain/shared/actor.js';

/** Who calls, as far as his token says; an operation without authentication gets tenant only. */
export interface Caller {
  readonly tenant: string;
  /** undefined on public operations. */
  readonly actor: Actor | undefined;
  /** The session that he called in; undefined as well. */
  readonly session: TokenClaims | undefined;
}
