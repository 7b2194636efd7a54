/**
 * Codes that were sent to phones, and the tokens that showing one gave: the newest of each, by phone. Phones and codes are
 * known by their prints, tokens by their hashes (`phone-secrets.ts`). Primary data for some minutes.
 */
export interface PhoneVerifications {
  /**
   * Keeps the code instead of the one before, unless that was sent less than a minute ago, or so many were sent to this
   * phone within a day. False: nothing was kept.
   */
  open(code: SentCode, mostPerDay: number): Promise<boolean>;
  /** It could not be delivered: as if it had not been sent. */
  withdraw(code: SentCode): Promise<void>;
  /**
   * One try, which counts whatever comes of it; after five a code is no good any more, as after two minutes. The right one
   * leaves `token`, instead of an earlier one, for ten minutes.
   */
  show(shown: ShownCode, token: VerificationToken): Promise<CodeVerdict>;
  /**
   * Takes a token for one use: gives the phone, sealed; undefined: there is no such token, it has expired, or somebody else
   * has taken it. The same taker may take it again. No further token is given for its code.
   */
  take(tenant: string, tokenHash: string, taker: string): Promise<string | undefined>;
  /** What it was taken for came to nothing. */
  giveBack(tenant: string, tokenHash: string, taker: string): Promise<void>;
}

export interface SentCode {
  readonly tenant: string;
  readonly phonePrint: string;
  readonly codePrint: string;
}

export interface ShownCode extends SentCode {
  /** It is the one that the configuration takes for every phone. */
  readonly isTestCode: boolean;
}

export interface VerificationToken {
  readonly hash: string;
  readonly sealedPhone: string;
}

/** `unknown`: none was ever sent to this phone, as far as is known. */
export type CodeVerdict = 'right' | 'wrong' | 'expired' | 'unknown';
