import type { Command } from 'commander';
import type { VerifiedProjection } from '../application/ports/tools.js';
import { chosen, each, watching, type Chosen } from './chosen.js';
import { codes } from './codes.js';
import type { House, Using } from './house.js';
import { eventsOf } from './progress.js';
import { projectionStatusCommands } from './projection-status.js';
import { tableCommands } from './projection-tables.js';
import { json } from './terminal.js';

/** `parley projections …`: what queries read. */
export function projectionCommands(program: Command, using: Using, house: House): void {
  const { terminal, stop } = house;
  const projections = program.command('projections').description('what queries read, built from events');
  projectionStatusCommands(projections, using, house);
  projections
    .command('verify')
    .argument('[name...]', 'users, groups, group_members …')
    .option('--all', 'every projection')
    .option('--json', 'a JSON object per projection, each on a line')
    .description('compare the live rows with a fresh replay')
    .addHelpText('after', codes('they are the same', 'they differ, or it has stopped or set events aside'))
    .action((names: string[], options: Chosen) =>
      using((tools) =>
        each(chosen(tools, names, options), house, options.json && {}, async (name) => {
          const verified = await watching(terminal, name, stop, (watched) => tools.verify(name, watched));
          for (const line of options.json ? [json(verified)] : verifiedLines(verified)) terminal.out(line);
          return verified.same;
        }),
      ),
    );
  tableCommands(projections, using, house);
}

function verifiedLines({ name, events, differences, halted, parked, parkedStreams }: VerifiedProjection): string[] {
  const stopped = halted === undefined ? '' : ', but STOPPED there';
  return [
    ...differences.flatMap(({ table, onlyLive, onlyReplayed }) => [
      ...onlyLive.map((row) => `${table}: only live      ${row}`),
      ...onlyReplayed.map((row) => `${table}: only replayed  ${row}`),
    ]),
    `${name}: ${differences.length === 0 ? 'the same as' : 'DIFFERENT FROM'} a replay of ${eventsOf(events)}${stopped}.`,
    ...(halted === undefined ? [] : [`${name}: ${halted}`]),
    ...(parked === 0 ? [] : [`${name}: ${eventsOf(parked)} PARKED, and in neither: ${parkedStreams.join(', ')}`]),
  ];
}
