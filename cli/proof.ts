import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import {
  type EventRef,
  type Misfit,
  NoProof,
  NoSealKey,
  type ShownSeal,
  type VerifiedLog,
} from '../application/ports/proof-tools.js';
import { codes } from './codes.js';
import type { House, Using } from './house.js';
import { count, withProgress } from './progress.js';
import { json } from './terminal.js';

const collected = (value: string, all: readonly string[] = []): string[] => [...all, value];

function parseCount(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1 || n > 100_000)
    throw new InvalidArgumentError('It is a whole number from 1 to 100000.');
  return n;
}

/** Findings told one by one; a log that was written anew has as many as it has events. */
const TOLD = 1_000;

/** What the operator can mend is said in a line. */
const telling =
  (terminal: House['terminal'], work: Parameters<Using>[0]): Parameters<Using>[0] =>
  async (tools) => {
    try {
      return await work(tools);
    } catch (error) {
      if (!(error instanceof NoSealKey || error instanceof NoProof)) throw error;
      terminal.err(error.message);
      return false;
    }
  };

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError('It is a time such as 2026-11-29T13:00:00Z.');
  return time;
}

type AsOf = { readonly size: number } | { readonly time: number };

const parseAsOf = (text: string): AsOf =>
  /^\d{1,15}$/.test(text) ? { size: Number(text) } : { time: parseTime(text) };

/** `parley audit seal`, `checkpoints`, `key`, `verify`, `prove`: what proves the log (docs/audit.md "Proof"). */
export function proofCommands(program: Command, using: Using, house: House): void {
  const { terminal, stop } = house;
  const audit = program.commands.find((each) => each.name() === 'audit') ?? program.command('audit');
  exportCommand(audit, using, house);
  audit
    .command('seal')
    .option('--json', 'as one JSON document')
    .description('sign what there is now, without waiting for the server to do it')
    .addHelpText('after', codes('signed, or there is nothing to sign', 'it failed; what was sealed before stays'))
    .action((options: { json?: true }) =>
      using(
        telling(terminal, async ({ proof }) => {
          const seal = await proof.seal(stop);
          if (options.json) terminal.out(json(seal === undefined ? { size: 0 } : record(seal)));
          else if (seal === undefined) terminal.out('There is no event to seal.');
          else for (const line of seal.checkpoint.trimEnd().split('\n')) terminal.out(line);
          return true;
        }),
      ),
    );

  audit
    .command('checkpoints')
    .option('-n, --count <count>', 'how many, from the newest back', parseCount, 10)
    .option('--json', 'a JSON object per line')
    .description('the newest checkpoints, as signed notes with an empty line between them')
    .addHelpText('after', codes('told, if there are any or not'))
    .action((options: { count: number; json?: true }) =>
      using(async ({ proof }) => {
        for (const seal of (await proof.checkpoints(options.count)).toReversed()) {
          if (options.json) terminal.out(json(record(seal)));
          else for (const line of seal.checkpoint.split('\n')) terminal.out(line);
        }
        return true;
      }),
    );

  audit
    .command('key')
    .option('--json', 'as one JSON document')
    .description(
      'the public key by which checkpoints are checked: to be kept where who runs the server can not change it',
    )
    .addHelpText('after', codes('told', 'there is none'))
    .action((options: { json?: true }) =>
      using(async ({ proof }) => {
        const key = await proof.publicKey();
        if (key === undefined) terminal.err('There is nothing to sign with: set PARLEY_SEAL_KEY.');
        else terminal.out(options.json ? json({ key }) : key);
        return key !== undefined;
      }),
    );

  audit
    .command('verify')
    .option('--key <key>', 'a public key that is believed too, such as the one before; may be repeated', collected)
    .option('--checkpoints <file>', 'checkpoints that were kept elsewhere: the log must be theirs, too')
    .option('--json', 'as one JSON document')
    .description(
      "recompute every event's hash, each stream's chain and the seals from the stored bytes, and name what differs",
    )
    .addHelpText('after', codes('all holds', 'it does not, or it failed'))
    .action((options: { key?: string[]; checkpoints?: string; json?: true }) =>
      using(
        telling(terminal, async ({ proof }) => {
          const { checkpoints } = options;
          const found = await withProgress(terminal, 'verifying', (say) => {
            const rate = rateOf();
            return proof.verify({
              keys: options.key ?? [],
              ...(checkpoints === undefined ? {} : { checkpoints }),
              onProgress: (share, events) => {
                stop.throwIfAborted();
                say(share, rate(events));
              },
              signal: stop,
            });
          });
          if (options.json) terminal.out(json(verifiedRecord(found)));
          else for (const line of verifiedLines(found)) terminal.out(line);
          return found.holds;
        }),
        'Not all was verified.',
      ),
    );

  audit
    .command('prove')
    .argument('<event>', 'its id, or stream@revision')
    .option('-o, --output <file>', 'where to write it, instead of to the terminal')
    .option('--json', 'as it is anyway')
    .description('the proof that an event is in the log as it is: a small file that parley-verify.mjs takes')
    .addHelpText('after', codes('proven', 'it is not there or not sealed yet, or it failed'))
    .action((event: string, options: { output?: string }) =>
      using(
        telling(terminal, async ({ proof }) => {
          const text = JSON.stringify(await proof.prove(event), undefined, 2);
          if (options.output === undefined) for (const line of text.split('\n')) terminal.out(line);
          else await writeFile(options.output, `${text}\n`);
          return true;
        }),
      ),
    );
}

interface ExportOptions {
  readonly tenant?: string;
  readonly group?: string;
  readonly user?: string;
  readonly from?: number;
  readonly to?: number;
  readonly asOf?: AsOf;
  readonly gzip?: true;
  readonly json?: true;
}

function exportCommand(audit: Command, using: Using, { terminal, stop }: House): void {
  audit
    .command('export')
    .argument('<folder>', 'where to write it: a folder of its own, which is made')
    .option('-t, --tenant <tenant>', "whose (default: everybody's; of a group or a user DEFAULT_TENANT)")
    .option('--group <group>', "a group's events, those of its conversations, and of everybody's views of them")
    .option('--user <user>', 'what a user did, what was done to him, and whatever names him')
    .option('--from <time>', 'decided from then on, as 2026-11-29T13:00:00Z', parseTime)
    .option('--to <time>', 'decided until then', parseTime)
    .option(
      '--as-of <time>',
      'the log as it was under the newest seal of then, or under the seal of so many events',
      parseAsOf,
    )
    .option('--gzip', 'compressed')
    .option('--json', 'the outcome as one JSON document')
    .description(
      'write events as CloudEvents, one a line, with seals and proofs beside them; goes on where it was stopped',
    )
    .addHelpText('after', codes('written', 'it failed; what is written stays, and the same command goes on behind it'))
    .action((folder: string, { gzip, json: asJson, ...asked }: ExportOptions) =>
      using(
        telling(terminal, async ({ proof, defaultTenant }) => {
          const aggregate = asked.group !== undefined || asked.user !== undefined;
          const tenant = asked.tenant ?? (aggregate ? defaultTenant : undefined);
          const done = await withProgress(terminal, 'exporting', (say) => {
            const rate = rateOf();
            return proof.export({
              folder,
              ...asked,
              ...(tenant === undefined ? {} : { tenant }),
              gzip: gzip === true,
              onProgress: (share, events) => {
                say(share, rate(events));
              },
              signal: stop,
            });
          });
          if (asJson) terminal.out(json(done));
          else {
            const tail = done.unsealed === 0 ? '' : `, ${count(done.unsealed)} of them not sealed yet`;
            terminal.out(
              `${many(done.events, 'event')}${done.whole ? '' : ' of a part of the log'} in ${folder}, under the seal of ${count(done.size)}${tail}.`,
            );
            terminal.out(`Check it with: node tools/parley-verify.mjs ${folder} --key KEY (parley audit key)`);
          }
          return true;
        }),
        'What is written stays; the same command goes on behind it.',
      ),
    );
}

const rateOf = (): ((events: number) => string) => {
  const began = performance.now();
  return (events) =>
    `${count(events)} events, ${count(Math.round((events * 1_000) / Math.max(1, performance.now() - began)))}/s`;
};

const record = ({ size, sealedAt, checkpoint }: ShownSeal): object => ({
  size,
  sealedAt: new Date(sealedAt).toISOString(),
  checkpoint,
});

const named = ({ type, stream, revision, id }: EventRef): string => `${type} ${stream}@${revision.toString()} (${id})`;

function misfitLine(misfit: Misfit): string {
  const index = misfit.index.toString();
  switch (misfit.kind) {
    case 'altered':
      return `ALTERED: event ${index} is not what was sealed: ${named(misfit.event)}`;
    case 'removed':
      return `REMOVED: event ${index} is gone; it stood ${misfit.after === undefined ? 'first' : `behind ${named(misfit.after)}`}`;
    case 'added':
      return `ADDED: before event ${index} stands one that was not sealed there: ${named(misfit.event)}`;
    case 'moved':
      return `REORDERED: event ${index} stands before event ${misfit.before.toString()}: ${named(misfit.event)}`;
  }
}

const REASONS = {
  otherStream: 'is of another stream',
  revision: 'does not follow: a revision is missing, doubled or out of order',
  metadata: 'has no hash in its metadata',
  prevHash: 'does not follow on the one before it in its stream',
  hash: 'is not what its own hash says',
} as const;

const many = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? '' : 's'}`;

function verifiedLines(found: VerifiedLog): string[] {
  const problems = [
    ...found.sealProblems.map(({ size, problem }) => `SEAL of ${count(size)} events: ${problem}`),
    ...found.misfits.map(misfitLine),
    ...found.breaks.map(({ reason, event }) => `CHAIN: ${named(event)} ${REASONS[reason]}`),
  ];
  const untold = Math.max(0, problems.length - TOLD) + found.more;
  const sealed =
    found.sealed === 0
      ? 'none is under a seal'
      : `${count(found.sealed)} are under ${many(found.seals, 'seal')}, the newest of ${new Date(found.sealedAt ?? 0).toISOString()}`;
  return [
    ...problems.slice(0, TOLD),
    ...(untold === 0 ? [] : [`… and ${count(untold)} more.`]),
    `${many(found.events, 'event')}; ${sealed}.`,
    ...(found.unsealed === 0
      ? []
      : [
          `${many(found.unsealed, 'event')} behind the newest seal, not sealed yet: of the tail only each stream's chain was checked.`,
        ]),
    found.holds ? 'All holds: hashes, chains and seals.' : 'IT DOES NOT HOLD.',
  ];
}

function verifiedRecord({ misfits, breaks, sealProblems, more, sealedAt, ...found }: VerifiedLog): object {
  const told = { misfits: misfits.slice(0, TOLD), chain: breaks.slice(0, TOLD), sealProblems };
  const untold = misfits.length + breaks.length - told.misfits.length - told.chain.length;
  return {
    ...found,
    ...(sealedAt === undefined ? {} : { sealedAt: new Date(sealedAt).toISOString() }),
    ...told,
    more: more + untold,
  };
}
