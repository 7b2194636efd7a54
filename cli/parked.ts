import { type Command, InvalidArgumentError } from 'commander';
import type { DiscardedEvent, ParkedEvent, Retried } from '../application/ports/parked-tools.js';
import type { Tools } from '../application/ports/tools.js';
import { WrongWords } from '../application/ports/wrong-words.js';
import { codes } from './codes.js';
import type { House, Using } from './house.js';
import { count } from './progress.js';
import { table } from './table.js';
import { json } from './terminal.js';

interface Options {
  readonly json?: true;
  readonly all?: true;
  readonly content?: true;
  readonly discarded?: true;
  readonly dryRun?: true;
  readonly by?: string;
  readonly reason: string;
}

const NAME = "a projection's or a process's name";
const WHICH = 'a stream, or the id of an event';

/** `parley parked …`: what projections and processes could not do, and set aside. */
export function parkedCommands(program: Command, using: Using, { terminal }: House): void {
  const say = (lines: readonly string[]): void => {
    for (const line of lines) terminal.out(line);
  };
  const parked = program
    .command('parked')
    .description('events that a projection or a process could not handle, and set aside')
    .addHelpText('after', HELP);

  parked
    .command('list')
    .argument('[name]', NAME)
    .option('--discarded', 'what was discarded instead: by whom, when and why')
    .option('--json', 'as one JSON document')
    .description('what is set aside: by stream, the first event of each and how many wait behind it')
    .addHelpText('after', codes('done'))
    .action((name: string | undefined, options: Options) =>
      using(async (tools) => {
        const names = name === undefined ? followers(tools) : [known(tools, name)];
        if (options.discarded) {
          const all = (await tools.parked.discarded()).filter((each) => names.includes(each.name));
          say(options.json ? [json({ discarded: all.map(discardedRecord) })] : discardedLines(all));
        } else {
          const all = await allParked(tools, names);
          say(options.json ? [json({ parked: all.map((event) => record(event, {})) })] : listLines(all));
        }
        return true;
      }),
    );
  parked
    .command('show')
    .argument('<name>', NAME)
    .argument('<which>', WHICH)
    .option('--content', 'also what the event says; it may be personal')
    .option('--json', 'a JSON object per event, each on a line')
    .description('one of them: the event, why, and since when; the reason may quote what the event says')
    .addHelpText('after', codes('it is there', 'nothing of that name is parked'))
    .action((name: string, which: string, options: Options) =>
      using(async (tools) => {
        const events = await tools.parked.list(known(tools, name), which);
        for (const event of events) {
          const content = options.content ? await tools.parked.content(event) : undefined;
          say(options.json ? [json(record(event, { error: event.error, ...content }))] : shownLines(event, content));
        }
        if (events.length === 0) terminal.err(notParked(name, which));
        return events.length > 0;
      }),
    );
  parked
    .command('retry')
    .argument('[name]', NAME)
    .argument('[which]', WHICH)
    .option('--all', 'of everybody')
    .option('--dry-run', 'only say what would be tried')
    .option('--json', 'a JSON object per stream (of a process: per event), each on a line')
    .description('try them again, as after an upgrade that mends the reason; in order, up to one that fails again')
    .addHelpText('after', codes('all went well', 'one failed again, and stays parked'))
    .action((name: string | undefined, which: string | undefined, options: Options) =>
      using(async (tools) => {
        if (options.all ? name !== undefined : name === undefined)
          throw new WrongWords(`Either a name or --all. Names: ${followers(tools).join(', ')}.`);
        let well = true;
        for (const each of name === undefined ? followers(tools) : [known(tools, name)]) {
          const events = await tools.parked.list(each, which);
          if (which !== undefined && events.length === 0) {
            terminal.err(notParked(each, which));
            return false;
          }
          if (events.length === 0) continue;
          if (options.dryRun) {
            say(
              events.map((event) => (options.json ? json(record(event, { dryRun: true })) : wouldLine('try', event))),
            );
            continue;
          }
          for (const retried of await tools.parked.retry(each, events)) {
            say([options.json ? json({ ...retried, done: retried.error === undefined }) : retriedLine(retried)]);
            well &&= retried.error === undefined;
          }
        }
        return well;
      }),
    );
  parked
    .command('discard')
    .argument('<name>', NAME)
    .argument('<which>', `${WHICH}; of a projection's stream it is the first, which the others wait behind`)
    .requiredOption('--reason <text>', 'why; it is kept for good, so it names nobody', words)
    .option('--by <who>', 'who decides so (default: the user of this machine)', words)
    .option('--dry-run', 'only say what would be discarded')
    .option('--json', 'as one JSON object')
    .description('leave an event out for good, in every rebuild and comparison as well; what waits behind it is tried')
    .addHelpText('after', codes('discarded', 'it is not parked, or what waits behind it failed and stays parked'))
    .action((name: string, which: string, options: Options) =>
      using(async (tools) => {
        const { parked: tool } = tools;
        const events = await tool.list(known(tools, name), which);
        const chosen = theOne(tools, name, events);
        if (chosen.length === 0) {
          terminal.err(notParked(name, which));
          return false;
        }
        const decision = { by: options.by ?? tool.operator, reason: options.reason };
        let well = true;
        for (const event of chosen) {
          if (options.dryRun) {
            say([options.json ? json(record(event, { ...decision, dryRun: true })) : wouldLine('discard', event)]);
            continue;
          }
          const outcome = await tool.discard(event, decision);
          if (outcome === false) {
            terminal.err(notParked(name, event.id));
            return false;
          }
          const stuck = outcome.error;
          well &&= stuck === undefined;
          if (options.json) say([json(record(event, { ...decision, discarded: true, behindIt: stuck ?? null }))]);
          else {
            say([`${name}: ${place(event)} is discarded, by ${decision.by}.`]);
            if (stuck !== undefined) terminal.err(`What waits behind it failed and stays parked: ${stuck}`);
          }
        }
        return well;
      }),
    );
}

const followers = ({ projections, processes }: Tools): readonly string[] => [...projections, ...processes];

/** @throws WrongWords */
function known(tools: Tools, name: string): string {
  if (followers(tools).includes(name)) return name;
  throw new WrongWords(
    `There is no projection and no process "${name}". Projections: ${tools.projections.join(', ')}. ` +
      `Processes: ${tools.processes.join(', ')}.`,
  );
}

function words(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  if (text.length > 1_000) throw new InvalidArgumentError('It is longer than 1000 characters.');
  return text.trim();
}

async function allParked({ parked }: Tools, names: readonly string[]): Promise<ParkedEvent[]> {
  const all: ParkedEvent[] = [];
  for (const name of names) all.push(...(await parked.list(name)));
  return all;
}

/**
 * Of a projection's stream, the event that the others wait behind; of an event, what a process was to do because of it.
 * @throws WrongWords where a process has several events of the stream
 */
function theOne({ projections }: Tools, name: string, events: readonly ParkedEvent[]): readonly ParkedEvent[] {
  if (projections.includes(name)) return events.slice(0, 1);
  const eventIds = [...new Set(events.map(({ id }) => id))];
  if (eventIds.length > 1) throw new WrongWords(`Which of them? Name one by its id: ${eventIds.join(', ')}.`);
  return events;
}

const notParked = (name: string, which: string): string =>
  `${name} has nothing parked that is "${which}" (\`parley parked list ${name}\`).`;

const place = ({ type, stream, revision }: Pick<ParkedEvent, 'type' | 'stream' | 'revision'>): string =>
  `${type}, revision ${revision.toString()} of ${stream}`;

const wouldLine = (verb: string, event: ParkedEvent): string =>
  `${event.name}: would ${verb} ${place(event)} (${event.id})`;

const retriedLine = ({ name, stream, error }: Retried): string =>
  error === undefined ? `${name}: ${stream} is done.` : `${name}: ${stream} FAILED AGAIN: ${error}`;

const time = (ms: number): string => new Date(ms).toISOString();

/** All but why, which may quote what it says. */
const record = (event: ParkedEvent, more: object): object => {
  const { name, stream, revision, position, id, type, target, since } = event;
  return { name, stream, revision, position, id, type, target, since: time(since), ...more };
};

const discardedRecord = ({ at, ...event }: DiscardedEvent): object => ({ ...event, at: time(at) });

function shownLines(event: ParkedEvent, content: object | undefined): string[] {
  const { name, id, position, target, error, since } = event;
  return [
    `${name}: ${place(event)}`,
    `  event     ${id}, position ${position}`,
    ...(target === '' ? [] : [`  to do for ${target}`]),
    `  why       ${error ?? 'it waits behind an earlier event of its stream'}`,
    `  since     ${time(since)}`,
    ...(content === undefined ? [] : [`  content   ${json(content)}`]),
  ];
}

function listLines(all: readonly ParkedEvent[]): string[] {
  if (all.length === 0) return ['Nothing is parked.'];
  const lines: { readonly first: ParkedEvent; behind: number }[] = [];
  const ofStream = new Map<string, (typeof lines)[number]>();
  for (const event of all) {
    const key = `${event.name} ${event.stream}`;
    const waitsFor = event.error === null ? ofStream.get(key) : undefined;
    if (waitsFor !== undefined) {
      waitsFor.behind++;
      continue;
    }
    const line = { first: event, behind: 0 };
    lines.push(line);
    ofStream.set(key, line);
  }
  const rows = lines.map(({ first: { name, stream, revision, type, since }, behind }) => [
    name,
    stream,
    revision.toString(),
    type,
    count(behind),
    time(since),
  ]);
  return [
    ...table(['of', 'stream', 'revision', 'type', 'behind it', 'since'], rows),
    'Why: `parley parked show NAME STREAM`. Then `parley parked retry NAME`, or `parley parked discard NAME STREAM --reason TEXT`.',
  ];
}

function discardedLines(all: readonly DiscardedEvent[]): string[] {
  if (all.length === 0) return ['Nothing was discarded.'];
  return all.map((event) => `${time(event.at)}  ${event.name}: ${place(event)}, by ${event.by}: ${event.reason}`);
}

const HELP = `
A projection sets aside an event that it can't apply, with what follows in its stream, and goes on with all others; a
process does so with what it can't do. Neither tries it again by itself.

Examples:
  $ parley parked list                                  what is there
  $ parley parked show users parley_user-1000.ada       why
  $ parley parked retry users                           after an upgrade that mends it
  $ parley parked discard users parley_user-1000.ada --reason "written by the import of May"

Exit codes: 0 done, 1 it failed, 2 wrong words, 130 Ctrl-C.`;
