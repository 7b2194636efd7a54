import type { ServerWritableStream } from '@grpc/grpc-js';

import type { Gate } from './gate.js';

/** Gives the next encoded answer, or undefined when there is none now. */
export type Source = () => Buffer | undefined;

/**
 * Writes what the source gives for as long as the transport takes it, and goes on when it has drained; then `dry` is
 * called. A subscription calls the answer of this function when its source may have more.
 */
export function pump<Request>(
  gate: Pick<Gate, 'holds'>,
  call: ServerWritableStream<Request, Buffer>,
  source: Source,
  dry: () => void,
): () => void {
  let blocked = false;
  const run = (): void => {
    if (blocked || call.cancelled || !call.writable) return;
    for (;;) {
      blocked = gate.holds(resume);
      if (blocked) return;
      const answer = source();
      if (answer === undefined) break;
      blocked = !call.write(answer);
      if (blocked) {
        call.once('drain', resume);
        return;
      }
    }
    dry();
  };
  const resume = (): void => {
    blocked = false;
    run();
  };
  run();
  return run;
}
