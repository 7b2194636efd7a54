import { createSecretKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Position, StoredEvent } from '../../application/ports/event-store.js';
import { MemoryKeys } from '../support/memory-keys.js';

/** A stored event that must read the same for ever: `<type>.v<version>.json`. */
export interface Golden {
  readonly stored: Omit<StoredEvent, 'position'>;
  readonly keys: readonly {
    readonly tenant: string;
    readonly userId: string;
    readonly id: string;
    readonly secret: string;
  }[];
  /** The payload in the newest schema, decrypted. */
  readonly decoded: object;
}

const folder = new URL('./events/', import.meta.url);

export const goldenName = (type: string, version: number): string => `${type}.v${String(version)}.json`;

export const goldenNames = (): string[] => readdirSync(folder);

export const readGolden = (name: string): Golden => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Golden;

export const storedOf = ({ stored }: Golden): StoredEvent => ({ ...stored, position: 'golden' as Position });

export function keysOf({ keys }: Golden): MemoryKeys {
  const ring = new MemoryKeys();
  for (const { id, secret, ...subject } of keys)
    ring.put(subject, { kind: 'key', id, secret: createSecretKey(Buffer.from(secret, 'base64url')) });
  return ring;
}
