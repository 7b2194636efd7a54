/**
 * 53 bits that stand for a text, so that a state can tell "the same again" from "something new" without holding what a
 * person wrote: erasing the person leaves no text behind in a cached state. Not for secrets, and never written into an event.
 */
export function fingerprint(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 13;
  }
  return (mixed(high ^ low) & 0x1fffff) * 2 ** 32 + (mixed(low ^ text.length) >>> 0);
}

/** Spreads each bit over all (the finaliser of MurmurHash3). */
function mixed(bits: number): number {
  let word = bits;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
