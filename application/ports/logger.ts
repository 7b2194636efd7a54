/** Structured logs without personal data: an object of facts, then a sentence. Satisfied by pino. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
