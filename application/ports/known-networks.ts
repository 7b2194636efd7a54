/** From which networks somebody showed that he knows what he has to know. All processes share them. */
export interface KnownNetworks {
  /** `whose`: a user's id, or the name of a secret (tenant ''). `network`: as `networkOf` names it. */
  has(tenant: string, whose: string, network: string): Promise<boolean>;
  /** Of the many that one may come by in time, the newest twenty are kept, and each for half a year. */
  add(tenant: string, whose: string, network: string): Promise<void>;
}
