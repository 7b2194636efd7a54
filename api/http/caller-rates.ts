import type { Request } from 'express';
import type { CommandRates } from '../../application/commands/command-rates.js';
import type { Actor } from '../../domain/shared/actor.js';
import { networkOf } from './connections.js';

export type CallerRates = Pick<CommandRates, 'asked'>;

/**
 * Who calls, where he may ask for more now. Whoever doesn't say who he is, or lies about it, counts by his address (an
 * IPv6 network of 64 bits is one).
 * @throws ApplicationError TooManyRequests; what `who` rejects with
 */
export async function admitted<Caller extends { readonly tenant: string; readonly actor: Actor | undefined }>(
  rates: CallerRates | undefined,
  request: Request,
  who: Promise<Caller>,
): Promise<Caller> {
  if (rates === undefined) return who;
  const address = (): string => networkOf(request.ip ?? '');
  let caller: Caller;
  try {
    caller = await who;
  } catch (error) {
    rates.asked(undefined, address);
    throw error;
  }
  const { tenant, actor } = caller;
  rates.asked(actor === undefined ? undefined : { tenant, actor }, address);
  return caller;
}
