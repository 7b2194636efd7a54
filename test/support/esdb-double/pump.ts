import type { ServerWritableStream } from '@grpc/grpc-js';

/** Gives the next encoded answer, or undefined when there is none now. */
export type Source = () => Buffer | undefined;

/**
 * Writes what the source gives for as long as the transport takes it, and goes on when it has drained; then `dry` is
 * called. A subscription calls the answer of this function when its source may have more.
 */
export function pump<Request>(
  call: ServerWritableStream<Request, Buffer>,
  source: Source,
  dry: () => void,
): () => void {
  let blocked = false;
  const run = (): void => {
    if (blocked || call.cancelled || !call.writable) return;
    for (let answer = source(); answer !== undefined; answer = source()) {
      if (!call.write(answer)) {
        blocked = true;
        call.once('drain', () => {
          blocked = false;
          run();
        });
        return;
      }
    }
    dry();
  };
  run();
  return run;
}
