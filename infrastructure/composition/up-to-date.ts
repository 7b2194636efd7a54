/** The adapter, each of whose questions is asked when the lists show what was answered before it (`OwnWrites.caughtUp`). */
export function upToDate<Adapter extends object>(adapter: Adapter, caughtUp: () => Promise<void> | undefined): Adapter {
  return new Proxy(adapter, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const ask = (): unknown => Reflect.apply(member, target, args);
        const waiting = caughtUp();
        return waiting === undefined ? ask() : waiting.then(ask);
      };
    },
  });
}
