import ipaddr from 'ipaddr.js';

/** Where a caller is, in the sizes in which addresses are given out: who has one address of a network may take others of it. */
export interface Network {
  /** An IPv4 address, or the first 64 bits of an IPv6 address: what one household or one host has to itself. */
  readonly own: string;
  /** The first 48 bits of an IPv6 address: what a customer may get. undefined: IPv4. */
  readonly wide: string | undefined;
}

/** @param address as the socket or a trusted proxy says it; IPv4 in the guise of IPv6 is IPv4. What is no address is a network of its own. */
export function networkOf(address: string): Network {
  if (!ipaddr.isValid(address)) return { own: address, wide: undefined };
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return { own: parsed.toString(), wide: undefined };
  const bytes = parsed.toByteArray();
  const first = (bits: number): string => `${Buffer.from(bytes.slice(0, bits / 8)).toString('hex')}/${bits.toString()}`;
  return { own: first(64), wide: first(48) };
}
