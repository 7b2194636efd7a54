import type { Random } from './random.js';
import { V1Client } from './v1-client.js';

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
  private running = true;
  private readonly lanes: Promise<void>[];

  constructor(
    private readonly url: () => string,
    private readonly groups: readonly FloodedGroup[],
    random: Random,
    lanes: number,
    private readonly label: string,
  ) {
    this.lanes = Array.from({ length: lanes }, (_, lane) => this.run(lane, random));
  }

  get acknowledged(): number {
    return this.sent.filter((command) => command.acknowledged).length;
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.lanes);
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

  private async run(lane: number, random: Random): Promise<void> {
    for (let n = 0; this.running; n++) {
      const key = `${this.label}.${lane.toString()}.${n.toString()}`;
      const { groupId, token } = random.pick(this.groups);
      const command: SentCommand =
        random.next() < 0.1
          ? {
              key,
              method: 'POST',
              path: '/groups',
              body: { name: 'flooded', ext: key },
              token,
              groupId: undefined,
              kind: 'create',
              acknowledged: false,
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
            };
      this.sent.push(command);
      await this.send(command);
      // Somebody is dying or coming back: a breath, so that the flood doesn't spin.
      if (!command.acknowledged) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async send(command: SentCommand): Promise<void> {
    try {
      const answer = await new V1Client(this.url()).call<{ id?: string; position?: string }>(
        command.method,
        command.path,
        {
          token: command.token,
          body: command.body,
          headers: { 'idempotency-key': command.key },
        },
      );
      if (answer.status === 200 || answer.status === 201) {
        command.acknowledged = true;
        command.groupId ??= answer.body.id;
        const position = answer.body.position ?? '';
        if (position > this.lastPosition) this.lastPosition = position;
      } else if (answer.status !== 503) {
        this.unexpected.push(
          `${command.key} ${command.method} ${command.path}: ${answer.status.toString()} ${JSON.stringify(answer.body)}`,
        );
      }
    } catch (error) {
      // The connection was cut or refused: exactly what a kill looks like from outside.
      if (!(error instanceof TypeError) && !(error instanceof DOMException) && !(error instanceof SyntaxError))
        throw error;
    }
  }
}
