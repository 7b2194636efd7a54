/** A tool was asked for something that there isn't; the message says what there is. */
export class WrongWords extends Error {
  override readonly name = 'WrongWords';
}
