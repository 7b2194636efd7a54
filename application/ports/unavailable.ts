/** A database that is needed doesn't answer now; trying again later may help. Nothing is known to have been written. */
export class DatabaseUnavailable extends Error {
  override readonly name: string = 'DatabaseUnavailable';
}

/** A list can't be read now: what it is made of is missing, or being made anew from the log. Commands go on. */
export class ReadModelUnavailable extends DatabaseUnavailable {
  override readonly name = 'ReadModelUnavailable';
  constructor(
    /** `group_members` */
    readonly readModel: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`the read model ${readModel} can't be read: ${reason}`, options);
  }
}
