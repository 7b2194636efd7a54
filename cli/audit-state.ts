import { type Command, InvalidArgumentError } from 'commander';
import { type Kind, NAMING, streamNamed } from '../application/audit/naming.js';
import { patchBetween } from '../application/audit/patch.js';
import type { StateAt } from '../application/audit/shown-state.js';
import type { Moment } from '../application/audit/state-at.js';
import { WrongWords } from '../application/ports/wrong-words.js';
import { parseMoment } from './audit-search.js';
import { codes } from './codes.js';
import { itemLine } from './history-lines.js';
import { parseKind, parseName } from './history-words.js';
import type { House, Using } from './house.js';
import { json } from './terminal.js';

interface Asked {
  readonly tenant?: string;
  readonly json?: true;
}

function parseRevision(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 0.');
  return Number(text);
}

/** `parley audit state`, `parley audit diff` */
export function stateCommands(audit: Command, using: Using, { terminal }: House): void {
  const aggregate = (name: string): Command =>
    audit
      .command(name)
      .argument('<kind>', Object.keys(NAMING).join(', '), parseKind)
      .argument('<id...>', 'which one, as `audit history` names it')
      .option('-t, --tenant <tenant>', 'the tenant (default: DEFAULT_TENANT, 1000)', parseName)
      .option('--json', 'as one JSON document');

  aggregate('state')
    .option('--at <time>', 'as it was then', parseMoment)
    .option('--revision <revision>', 'as it was after this event', parseRevision)
    .description('a group, user, friendship, conversation or view as it was')
    .addHelpText('after', codes('it was there', 'it was not, or not all of it can be told, or it failed'))
    .action((kind: Kind, words: string[], options: Asked & { at?: number; revision?: number }) => {
      const streamIn = streamNamed(kind, words);
      const moment = momentOf(options.at, options.revision);
      return using(async ({ states, defaultTenant }) => {
        const found = await states.stateAt(streamIn(options.tenant ?? defaultTenant), moment);
        if (options.json) terminal.out(json(recordOf(found)));
        else {
          terminal.out(`${[kind, ...words].join(' ')}, ${whenOf(found)}`);
          for (const line of JSON.stringify(found.state, null, 2).split('\n')) terminal.out(line);
        }
        return found.complete && found.revision >= 0;
      });
    });

  aggregate('diff')
    .option('--from <time>', 'what changed after this date or time (default: from the beginning)', parseMoment)
    .option('--until <time>', 'up to this date or time (default: now)', parseMoment)
    .option('--from-revision <revision>', 'what changed after this event', parseRevision)
    .option('--until-revision <revision>', 'up to this event, it included', parseRevision)
    .description('what changed between two moments: sentences, and a JSON Patch of the state')
    .addHelpText('after', codes('told', 'it was not there, or not all of it can be told, or it failed'))
    .action((kind: Kind, words: string[], options: Asked & Between) => {
      const streamIn = streamNamed(kind, words);
      const from = momentOf(options.from, options.fromRevision) ?? { revision: -1 };
      const until = momentOf(options.until, options.untilRevision);
      return using(async ({ states, defaultTenant }) => {
        const stream = streamIn(options.tenant ?? defaultTenant);
        const { before, after, events, happened } = await states.changes(stream, from, until, MOST_LINES);
        const patch = patchBetween(before.state, after.state);
        const lines = events.map((item) => itemLine(item, {}));
        if (options.json) {
          terminal.out(json({ before: placeOf(before), after: placeOf(after), patch, events: lines, happened }));
        } else {
          terminal.out(`${[kind, ...words].join(' ')}, from ${whenOf(before)} to ${whenOf(after)}:`);
          for (const line of lines) terminal.out(line);
          if (happened > lines.length) terminal.out(`… and ${(happened - lines.length).toString()} more.`);
          for (const step of patch) terminal.out(JSON.stringify(step));
        }
        return after.complete && after.revision >= 0;
      });
    });
}

interface Between {
  readonly from?: number;
  readonly until?: number;
  readonly fromRevision?: number;
  readonly untilRevision?: number;
}

const MOST_LINES = 10_000;

function momentOf(at: number | undefined, revision: number | undefined): Moment {
  if (at !== undefined && revision !== undefined) throw new WrongWords('Name a time or a revision, not both.');
  if (revision !== undefined) return { revision };
  return at === undefined ? undefined : { at };
}

const placeOf = ({ revision, at, complete }: StateAt): object => ({
  revision,
  at: at === null ? null : new Date(at).toISOString(),
  complete,
});

const recordOf = (found: StateAt): object => ({ ...placeOf(found), state: found.state });

function whenOf({ revision, at, complete }: StateAt): string {
  if (at === null) return 'before its first event';
  const sure = complete ? '' : ', WITHOUT EVENTS OF A NEWER VERSION';
  return `revision ${revision.toString()} of ${new Date(at).toISOString()}${sure}`;
}
