/** Of the key that signs in tests. By itself, so that a process that seals loads nothing more for it. */
export const SEED = Buffer.alloc(32, 9);
