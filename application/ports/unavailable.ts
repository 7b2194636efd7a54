/** A database that is needed doesn't answer now; trying again later may help. Nothing is known to have been written. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}
