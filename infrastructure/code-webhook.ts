import type { CodeMessage, CodeSender } from '../application/ports/code-sender.js';

/** A gateway that takes longer is one that doesn't work: the caller waits for it, ms. */
const ANSWERS_WITHIN_MS = 5_000;

/**
 * Hands codes to what sends messages to phones: `POST` with `{"phone":"+8613800000000","code":"123456","expiresInSeconds":120}`;
 * any 2xx means that it has taken it over. A name and a password in the address become HTTP Basic authentication.
 */
export class CodeWebhook implements CodeSender {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    address: URL,
    private readonly answersWithinMs = ANSWERS_WITHIN_MS,
  ) {
    const { username, password } = address;
    this.#url = new URL(address);
    this.#url.username = '';
    this.#url.password = '';
    const known = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    this.#headers = {
      'Content-Type': 'application/json',
      ...(username === '' && password === '' ? {} : { Authorization: `Basic ${known}` }),
    };
  }

  async send(message: CodeMessage): Promise<void> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: this.#headers,
      body: JSON.stringify(message),
      // What it is sent is nobody else's.
      redirect: 'error',
      signal: AbortSignal.timeout(this.answersWithinMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the webhook for codes answered ${response.status.toString()}`);
  }
}
