import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { GroupCommands } from '../../application/commands/groups.js';
import type { RequestContext } from '../../application/commands/request.js';
import { ApplicationError } from '../../application/commands/errors.js';
import { DomainError } from '../../domain/shared/errors.js';
import { openCommandSide } from './command-side.js';

/** What a process answered, as it came over the wire between the two. */
export type Answer =
  | {
      readonly kind: 'result';
      readonly outcome: Readonly<Record<string, unknown>>;
      readonly revision: number;
      readonly events: number;
      readonly replayed: boolean;
    }
  | { readonly kind: 'refused'; readonly name: string };

type UseCase = keyof GroupCommands;

interface Asked {
  readonly id: number;
  readonly useCase: UseCase;
  readonly context: RequestContext;
  readonly command: object;
}

/** A process of its own with everything that commands need, told what to do by messages. */
export class CommandProcess {
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #ids = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, answer }: { id: number; answer: Answer }) => {
      this.#pending.get(id)?.(answer);
      this.#pending.delete(id);
    });
  }

  static async start(url: string): Promise<CommandProcess> {
    const child = fork(fileURLToPath(import.meta.url), [url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('the process ended at its start'))),
    ]);
    return new CommandProcess(child);
  }

  ask(useCase: UseCase, context: RequestContext, command: object): Promise<Answer> {
    const id = ++this.#ids;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.child.send({ id, useCase, context, command } satisfies Asked);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}

async function serve(url: string): Promise<void> {
  const side = await openCommandSide(url);
  process.on('message', ({ id, useCase, context, command }: Asked) => {
    const call = side.groups[useCase].bind(side.groups) as (
      context: RequestContext,
      command: object,
    ) => Promise<{ outcome: Record<string, unknown>; revision: number; events: number; replayed: boolean }>;
    void call(context, command)
      .then(({ outcome, revision, events, replayed }): Answer => ({
        kind: 'result',
        outcome,
        revision,
        events,
        replayed,
      }))
      .catch((error: unknown): Answer => {
        const known = error instanceof DomainError || error instanceof ApplicationError;
        return { kind: 'refused', name: known ? error.kind : String(error) };
      })
      .then((answer) => process.send?.({ id, answer }));
  });
  process.on('disconnect', () => void side.close());
  process.send?.('ready');
}

const [, script, url] = process.argv;
if (script === fileURLToPath(import.meta.url) && url !== undefined) await serve(url);
