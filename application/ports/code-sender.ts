/** Brings a code to a phone. */
export interface CodeSender {
  /** Rejects when it could not be handed over. */
  send(message: CodeMessage): Promise<void>;
}

export interface CodeMessage {
  /** E.164, `+8613800000000`. */
  readonly phone: string;
  /** Six digits. */
  readonly code: string;
  readonly expiresInSeconds: number;
}
