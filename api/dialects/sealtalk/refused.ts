import type { Refusal } from './answer.js';

/** What the dialect itself refuses, before or beside the domain. */
export class SealtalkRefused extends Error {
  override readonly name = 'SealtalkRefused';
  constructor(readonly said: Refusal) {
    super(JSON.stringify(said));
  }
}

/** @throws SealtalkRefused */
export function refused(said: Refusal): never {
  throw new SealtalkRefused(said);
}

/** Texts are the original's, slips and all; nothing that a caller sent stands in them. @throws SealtalkRefused */
export const refuseText = (status: number, text: string): never => refused({ status, text });

/** @throws SealtalkRefused */
export const refuseCode = (code: number): never => refused({ code });
