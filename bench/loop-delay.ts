import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded with `--import` into the process of a server that is measured. Who connects to the socket at BENCH_LOOP_SOCKET is
 * told for how long at most the event loop was held since the last one asked, ms.
 */
const path = process.env['BENCH_LOOP_SOCKET'];
if (isMainThread && path !== undefined) {
  // What this process starts is not measured.
  Reflect.deleteProperty(process.env, 'BENCH_LOOP_SOCKET');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  createServer((socket) => {
    socket.on('error', () => socket.destroy());
    // A hold is recorded by the timer that was late, so one that has just ended is not there yet.
    setTimeout(() => {
      socket.end((delay.max / 1e6).toString());
      delay.reset();
    }, 20);
  })
    .listen(path)
    .unref();
}
