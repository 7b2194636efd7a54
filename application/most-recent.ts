import { LRUCache } from 'lru-cache';

type Something = NonNullable<unknown>;

/**
 * Keeps so many, those that were used last. Room is made as it fills: told a `max`, the library makes all of it at once, which
 * for the caches of a server is 40 MB and a part of its start.
 *
 * @param ttl how long one is kept, ms; for ever where it isn't said
 */
export const mostRecent = <Key extends Something, Value extends Something>(
  most: number,
  { ttl }: { readonly ttl?: number } = {},
): LRUCache<Key, Value> =>
  new LRUCache<Key, Value>({ maxSize: most, sizeCalculation: () => 1, ...(ttl === undefined ? {} : { ttl }) });
