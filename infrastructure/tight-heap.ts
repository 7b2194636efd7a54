import { setFlagsFromString } from 'node:v8';

/**
 * Of this process: garbage may grow to half of what lives before V8 begins to collect it. By itself it waits for three times as
 * much, and longer while others have the processor, so that the longer a work or a flood of commands, the higher its peak,
 * although no more of it lives.
 */
export function keepHeapTight(): void {
  setFlagsFromString('--heap-growing-percent=50');
}
