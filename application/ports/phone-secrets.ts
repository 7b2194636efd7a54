/**
 * What phones and the codes sent to them are kept as, where they are kept outside the log: nobody finds a number in the
 * tables, nor tries out the few there are, without the master key. Phones are in E.164, `+8613800000000`.
 */
export interface PhoneSecrets {
  /** The same for the same phone; the name that is reserved (`reservations.ts`). */
  printOf(tenant: string, phone: string): string;
  /** The same for the same code sent to the same phone. */
  codePrintOf(tenant: string, phone: string, code: string): string;
  /** To be opened again, in this tenant. */
  seal(tenant: string, phone: string): string;
  /** @throws Error for what wasn't sealed here */
  open(tenant: string, sealed: string): string;
}
