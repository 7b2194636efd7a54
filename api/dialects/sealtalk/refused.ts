/** An error's status and text; or one that 004 says with HTTP 200 and a code. */
export type Said = { readonly status: number; readonly text: string } | { readonly code: number };

/** What the dialect itself refuses, before or beside the domain. */
export class SealtalkRefused extends Error {
  override readonly name = 'SealtalkRefused';
  constructor(readonly said: Said) {
    super(JSON.stringify(said));
  }
}

/** Texts are the original's, slips and all; nothing that a caller sent stands in them. @throws SealtalkRefused */
export function refuseText(status: number, text: string): never {
  throw new SealtalkRefused({ status, text });
}

/** @throws SealtalkRefused */
export function refuseCode(code: number): never {
  throw new SealtalkRefused({ code });
}
