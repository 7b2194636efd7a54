/**
 * An async generator whose consumer can stop at any moment. A plain generator hears `return()` only at its next `yield`: one
 * that waits for an event which never comes would never end. Here `return()` first aborts the signal, which the generator
 * must pass to whatever it waits for. Each iteration is a run of its own.
 */
export function cancellable<T>(run: (cancelled: AbortSignal) => AsyncGenerator<T, void, undefined>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<T, void, undefined> {
      const controller = new AbortController();
      const generator = run(controller.signal);
      return {
        next: () => generator.next(),
        return: () => {
          controller.abort();
          return generator.return();
        },
      };
    },
  };
}

/** The promise's value, or undefined as soon as the signal aborts; what the promise does after that goes unheard. */
export function unlessCancelled<T>(promise: Promise<T>, cancelled: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      resolve(undefined);
    };
    if (cancelled.aborted) onAbort();
    cancelled.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => {
      cancelled.removeEventListener('abort', onAbort);
    });
  });
}
