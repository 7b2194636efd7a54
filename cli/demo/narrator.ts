import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type DemoClient, type Person, unexpected } from './client.js';

export type Print = (line: string) => void;

/** What a step asks of the server. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** The refusal that the story tells of; without it the step must succeed. */
  readonly refused?: string;
}

const SHOWN_WITHIN_MS = 30_000;

/** Does each step and prints it: what happens in words, then what went over the wire, then what came of it. */
export class Narrator {
  constructor(
    private readonly client: DemoClient,
    private readonly print: Print,
  ) {}

  chapter(title: string): void {
    this.print('');
    this.print(`${title}`);
    this.print('─'.repeat(title.length));
  }

  remark(text: string): void {
    this.print(`        ${text}`);
  }

  /** @throws DemoFailed when the server does something else than the story says */
  async step(by: Person, words: string, { method, path, body, refused }: Step): Promise<Answer> {
    const answer = await this.client.call(method, path, by, body);
    const { status } = answer;
    const asTold = refused === undefined ? status < 300 : answer.body['code'] === refused;
    if (!asTold) throw unexpected(`${words} (${method} ${path})`, answer);
    const wire = `${method} /v1${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`;
    this.told(by, words, wire, `${status.toString()} ${said(answer)}`);
    return answer;
  }

  /** Waits until the lists show what somebody else has done: they come a moment after it. @throws DemoFailed */
  async shown(by: Person, path: string, isThere: (body: Answer['body']) => boolean): Promise<void> {
    const end = performance.now() + SHOWN_WITHIN_MS;
    for (;;) {
      const answer = await this.client.call('GET', path, by);
      if (answer.status < 300 && isThere(answer.body)) return;
      if (performance.now() > end) throw unexpected(`GET ${path}`, answer);
      await pause(25);
    }
  }

  /** What was done already, by whichever API. */
  told({ name }: Pick<Person, 'name'>, words: string, wire: string, answer: string): void {
    this.print(`  • ${name} ${words}`);
    this.print(`      ${wire}`);
    this.print(`      → ${answer}`.trimEnd());
  }
}

/** An answer in a few words. */
function said({ status, body }: Answer): string {
  if (status >= 400) return `${String(body['code'])}: ${String(body['title'])}`;
  const outcome = body['outcome'];
  if (typeof outcome !== 'object' || outcome === null) return '';
  if (body['changed'] === false) return 'it was already so';
  if ('items' in outcome && Array.isArray(outcome.items) && outcome.items.length > 0) {
    return (outcome.items as { userId: string; result: string }[])
      .map(({ userId, result }) => `${userId} ${result}`)
      .join(', ');
  }
  if ('result' in outcome) return String(outcome.result);
  if ('joined' in outcome) return outcome.joined === true ? 'that makes a member' : 'not a member yet';
  if ('successor' in outcome) return `${String(outcome.successor)} owns it now`;
  return 'done';
}
