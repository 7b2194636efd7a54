import { NoAnswer } from './http-call.js';
import type { Random } from './random.js';
import { type V1Answer, V1Client } from './v1-client.js';

/** One command as it was sent: repeated with the same key and body until somebody says what became of it. */
export interface SentCommand {
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body: object;
  readonly token: string;
  /** The group whose history must show it. A group that the command makes is known when it was acknowledged. */
  groupId: string | undefined;
  readonly kind: 'rename' | 'create';
  acknowledged: boolean;
  /** How often it was sent before it was acknowledged. */
  tries: number;
  /** What its first acknowledgement said. */
  facts?: AcknowledgedFacts;
}

/** What every answer to one command must say alike. */
export interface AcknowledgedFacts {
  readonly status: number;
  readonly id: string;
  readonly revision: number;
  readonly changed: boolean;
  readonly outcome: object;
}

export interface FloodOptions {
  /**
   * The servers that are asked stay up, whatever becomes of the stores behind them: a connection that is cut or an answer
   * that doesn't come is unexpected.
   */
  readonly serversStay?: boolean;
  /** Between two commands of a lane, ms; default none. */
  readonly paceMs?: number;
}

export interface FloodedGroup {
  readonly groupId: string;
  readonly token: string;
}

/**
 * Commands that leave a mark in a group's history (`ext` is the command's own key), sent by many lanes at once until
 * stopped. What got no answer, or 503, stays unacknowledged and can be repeated.
 */
export class Flood {
  readonly sent: SentCommand[] = [];
  /** Answers that no crash explains: none may be there. */
  readonly unexpected: string[] = [];
  /** Of the newest acknowledged command: what the read models must have reached. */
  lastPosition = '';
  /** The longest that an answer took, ms. */
  slowestMs = 0;
  /** Answers of 503, by their code. */
  readonly turnedAway: Record<string, number> = {};
  private running = true;
  private readonly lanes: Promise<void>[];

  constructor(
    private readonly url: () => string,
    private readonly groups: readonly FloodedGroup[],
    private readonly random: Random,
    lanes: number,
    private readonly label: string,
    private readonly options: FloodOptions = {},
  ) {
    this.lanes = Array.from({ length: lanes }, (_, lane) => this.run(lane));
  }

  get acknowledged(): number {
    return this.sent.filter((command) => command.acknowledged).length;
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.lanes);
  }

  /** The same flood again, with commands of its own; this one must have been stopped. */
  next(): Flood {
    const [label = '', round = '1'] = this.label.split('~');
    const next = `${label}~${(Number(round) + 1).toString()}`;
    return new Flood(this.url, this.groups, this.random, this.lanes.length, next, this.options);
  }

  /** Sends again whatever has no answer yet; afterwards all must be acknowledged. */
  async repeatUnacknowledged(): Promise<number> {
    const open = this.sent.filter((command) => !command.acknowledged);
    const waiting = open.values();
    await Promise.all(
      this.lanes.map(async () => {
        for (const command of waiting) await this.send(command);
      }),
    );
    return open.length;
  }

  /**
   * Sends acknowledged commands again, all that were sent more than once and `others` of the rest; gives those whose
   * answer is another one than the first.
   */
  async repeatAcknowledged(others: number): Promise<string[]> {
    const acknowledged = this.sent.filter((command) => command.acknowledged);
    const share = others / Math.max(1, acknowledged.length);
    const waiting = acknowledged.filter(({ tries }) => tries > 1 || this.random.next() < share).values();
    const differing: string[] = [];
    await Promise.all(
      this.lanes.map(async () => {
        for (const command of waiting) {
          const first = JSON.stringify(command.facts);
          const { status, body } = await this.answered(command);
          const again = JSON.stringify(factsOf(status, body));
          if (again !== first) differing.push(`${command.key}: ${String(first)}, then ${again}`);
        }
      }),
    );
    return differing;
  }

  private async run(lane: number): Promise<void> {
    for (let n = 0; this.running; n++) {
      const key = `${this.label}.${lane.toString()}.${n.toString()}`;
      const { groupId, token } = this.random.pick(this.groups);
      const command: SentCommand =
        this.random.next() < 0.1
          ? {
              key,
              method: 'POST',
              path: '/groups',
              body: { name: 'flooded', ext: key },
              token,
              groupId: undefined,
              kind: 'create',
              acknowledged: false,
              tries: 0,
            }
          : {
              key,
              method: 'PATCH',
              path: `/groups/${groupId}`,
              body: { ext: key },
              token,
              groupId,
              kind: 'rename',
              acknowledged: false,
              tries: 0,
            };
      this.sent.push(command);
      await this.send(command);
      // Half of those who get no answer ask again at once, with the same key; the others later.
      while (!command.acknowledged && this.running && this.random.next() < 0.5) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        await this.send(command);
      }
      // Somebody is dying or coming back: a breath, so that the flood doesn't spin.
      const breath = command.acknowledged ? (this.options.paceMs ?? 0) : Math.max(200, this.options.paceMs ?? 0);
      if (breath > 0) await new Promise((resolve) => setTimeout(resolve, breath));
    }
  }

  /** A machine that is busy with other things may be late once; not always. */
  private async answered(command: SentCommand): Promise<V1Answer<Answered>> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.ask(command);
      if (answer.status !== 503 || tries === 20) return answer;
      this.turned(answer.body.code);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private turned(code = '?'): void {
    this.turnedAway[code] = (this.turnedAway[code] ?? 0) + 1;
  }

  private async ask(command: SentCommand): Promise<V1Answer<Answered>> {
    return new V1Client(this.url()).call<Answered>(command.method, command.path, {
      token: command.token,
      body: command.body,
      headers: { 'idempotency-key': command.key },
    });
  }

  private async send(command: SentCommand): Promise<void> {
    const began = performance.now();
    command.tries += 1;
    try {
      const { status, headers, body } = await this.ask(command);
      if (status === 200 || status === 201) {
        command.acknowledged = true;
        command.groupId ??= body.id;
        command.facts ??= factsOf(status, body);
        const position = body.position ?? '';
        if (position > this.lastPosition) this.lastPosition = position;
      } else {
        const isClear503 =
          status === 503 &&
          headers.get('retry-after') !== null &&
          headers.get('content-type')?.startsWith('application/problem+json') === true;
        if (isClear503) this.turned(body.code);
        else
          this.unexpected.push(
            `${command.key} ${command.method} ${command.path}: ${status.toString()} ${JSON.stringify(body)}`,
          );
      }
    } catch (error) {
      // The connection was cut or refused: exactly what a kill looks like from outside.
      if (!(error instanceof NoAnswer) && !(error instanceof SyntaxError)) throw error;
      if (this.options.serversStay === true) this.unexpected.push(`${command.key}: ${String(error)}`);
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
    }
  }
}

interface Answered {
  readonly id?: string;
  readonly position?: string;
  readonly revision?: number;
  readonly changed?: boolean;
  readonly outcome?: object;
  readonly code?: string;
}

const factsOf = (
  status: number,
  { id = '', revision = -1, changed = false, outcome = {} }: Answered,
): AcknowledgedFacts => ({
  status,
  id,
  revision,
  changed,
  outcome,
});

/** In which revisions each mark stands, in the histories of the groups that the commands were for. */
export async function marksIn(
  url: string,
  adminToken: string,
  commands: readonly SentCommand[],
): Promise<Map<string, number[]>> {
  const marks = new Map<string, number[]>();
  const v1 = new V1Client(url);
  for (const groupId of new Set(commands.flatMap((command) => command.groupId ?? []))) {
    for (let from: number | null = 0; from !== null;) {
      const page: HistoryPage = (
        await v1.call<HistoryPage>('GET', `/groups/${groupId}/events?limit=1000&from=${from.toString()}`, {
          token: adminToken,
        })
      ).body;
      for (const { type, revision, data } of page.items) {
        const mark = type === 'GroupCreated' ? data.ext : data.changes?.ext;
        if (mark !== undefined) marks.set(mark, [...(marks.get(mark) ?? []), revision]);
      }
      from = page.next;
    }
  }
  return marks;
}

interface HistoryPage {
  readonly items: readonly {
    readonly type: string;
    readonly revision: number;
    readonly data: { readonly ext?: string; readonly changes?: { readonly ext?: string } };
  }[];
  readonly next: number | null;
}
