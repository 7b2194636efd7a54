import type { FormerParticipants } from '../../application/ports/former-participants.js';

/** Whom a test says to have been there. */
export class MemoryFormerParticipants implements FormerParticipants {
  readonly #seqs = new Map<string, number>();

  set(conversation: string, userId: string, lastVisibleSeq: number): void {
    this.#seqs.set(`${conversation} ${userId}`, lastVisibleSeq);
  }

  lastVisibleSeq(_tenant: string, conversation: string, userId: string): Promise<number | undefined> {
    return Promise.resolve(this.#seqs.get(`${conversation} ${userId}`));
  }
}
