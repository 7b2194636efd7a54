import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { Command } from 'commander';
import { purposes } from '../../cli/purposes.js';
import type { Screen } from '../../cli/terminal.js';
import { projections } from '../../projections/index.js';
import { timeLeftFrom, withProgress } from '../../cli/progress.js';
import { parleyCommand } from '../../cli/program.js';
import { duration } from '../../cli/standing.js';
import { run } from '../../cli/run.js';
import { Stopped } from '../../cli/stopping.js';
import { DatabaseUnavailable } from '../../application/ports/unavailable.js';
import type { RecordedEvent } from '../../application/ports/envelope.js';
import type { Position } from '../../application/ports/event-store.js';
import type { Tools } from '../../application/ports/tools.js';
import { openStoreTools } from '../../infrastructure/composition/store-tools.js';
import { type StreamId, streamName } from '../../application/streams.js';
import { forOperator } from '../../infrastructure/operator-errors.js';
import { silentLogger } from '../support/silent-logger.js';

const LEADER = { host: 'h', pid: 42, since: new Date(0) };
const PACE = { lagEvents: 0, lagEventsAtLeast: false, lagMs: 0, rate: 0, leader: LEADER };
const LIVE = { version: 2, letter: 'a', state: 'live', position: 'p9' as Position, ...PACE, parked: 0 } as const;
const REBUILT = { letter: 'b', shown: true, events: 12_345, milliseconds: 1_500, position: 'p9' } as const;

/** Tools that do nothing, but for what a test gives; whether they were closed. */
function toolsWith(given: Partial<Tools>): { tools: Tools; closed: () => boolean } {
  let closed = false;
  const tools: Tools = {
    defaultTenant: '1000',
    history: {
      all: () => {
        throw new Error('not asked for');
      },
    },
    historySearch: {
      ofTenant: () => Promise.resolve({ items: [], next: null }),
      ofAggregate: () => Promise.resolve({ items: [], next: null }),
    },
    auditLogBehind: () => Promise.resolve(undefined),
    states: {
      stateAt: () => Promise.reject(new Error('not asked for')),
      changes: () => Promise.reject(new Error('not asked for')),
    },
    accesses: { page: () => Promise.resolve([]) },
    chainBreak: () => Promise.resolve(undefined),
    projections: ['users', 'groups'],
    projectionStatus: () => Promise.resolve([{ name: 'users', ...LIVE }]),
    projectionList: () => Promise.resolve([]),
    otherVersions: () => Promise.resolve([]),
    dropOtherVersions: () => Promise.resolve([]),
    processStatus: () => Promise.resolve([]),
    lostKeys: () => Promise.resolve([]),
    rebuild: () => Promise.resolve({ givenUp: [] }),
    standbys: () => Promise.resolve([]),
    promote: () => Promise.resolve(REBUILT),
    rollback: () => Promise.resolve(REBUILT),
    drop: () => Promise.resolve('a'),
    intend: () => Promise.resolve({ letter: 'b' }),
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    verify: (name) =>
      Promise.resolve({ name, same: true, events: 1, position: 'p9', parked: 0, parkedStreams: [], differences: [] }),
    personalRecords: {
      profile: () => Promise.resolve(undefined),
      account: () => Promise.resolve({ names: [], hasPassword: false, knownNetworks: 0, readUpTo: [] }),
      events: async function* () {
        yield* [];
      },
    },
    noteLook: () => Promise.resolve(),
    erase: () => Promise.resolve({ alreadySo: false, gone: true }),
    proof: {
      publicKey: () => Promise.resolve(undefined),
      seal: () => Promise.resolve(undefined),
      checkpoints: () => Promise.resolve([]),
      verify: () => Promise.reject(new Error('not asked for')),
      prove: () => Promise.reject(new Error('not asked for')),
      consistency: () => Promise.reject(new Error('not asked for')),
      export: () => Promise.reject(new Error('not asked for')),
    },
    processes: ['group-lines'],
    parked: {
      operator: 'op@here',
      list: () => Promise.resolve([]),
      content: () => Promise.resolve({ data: null }),
      retry: () => Promise.resolve([]),
      discard: () => Promise.resolve(false),
      discarded: () => Promise.resolve([]),
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
    ...given,
  };
  return { tools, closed: () => closed };
}

async function runWith(
  words: readonly string[],
  given: Partial<Tools> = {},
  stop = new AbortController().signal,
  screen?: Screen,
  served?: number,
): Promise<{ code: number; out: string[]; err: string[]; closed: boolean }> {
  const out: string[] = [];
  const err: string[] = [];
  const { tools, closed } = toolsWith(given);
  const code = await run(words, {
    open: () => Promise.resolve(tools),
    openStores: () => Promise.resolve(openStoreTools({}, silentLogger)),
    serve: () => (served === undefined ? Promise.reject(new Error('not asked for')) : Promise.resolve(served)),
    explain: forOperator,
    stop,
    version: '1.2.3',
    terminal: {
      out: (line) => void out.push(line),
      err: (line) => void err.push(line),
      isTerminal: false,
      ...(screen && { screen }),
    },
  });
  return { code, out, err, closed: closed() };
}

/** As the log's reader gives it. */
function itemOf(type: string, data: object, revision: number): RecordedEvent {
  const position = `p${revision.toString()}` as Position;
  const stored = { id: 'i', stream: 's', revision, position, type, data: '', metadata: '' };
  const actor = { kind: 'user', id: 'ann' } as const;
  const envelope = { schemaVersion: 1, tenant: 't', actor, via: 'v1:x', occurredAt: 0 };
  const chained = { ...envelope, $correlationId: 'c', $causationId: 'c', prevHash: '', hash: '' };
  return { id: 'i', stream: 's', revision, position, type, envelope: chained, event: { type, data }, stored };
}

/** What a terminal would show of what is written to it: as many of its sequences as a bar needs. */
function drawnOn() {
  const rows: string[][] = [[]];
  let [row, column] = [0, 0];
  let saved: readonly [number, number] = [0, 0];
  const put = (character: string): void => {
    const cells = (rows[row] ??= []);
    while (cells.length < column) cells.push(' ');
    cells[column++] = character;
  };
  const sequences: Readonly<Record<string, () => void>> = {
    '\n': () => ([row, column] = [row + 1, 0]),
    '\r': () => (column = 0),
    '\u001b7': () => (saved = [row, column]),
    '\u001b8': () => ([row, column] = saved),
    '\u001b[1G': () => (column = 0),
    '\u001b[0K': () => rows[row]?.splice(column),
    '\u001b[2K': () => (rows[row] = []),
    '\u001b[?7l': () => undefined,
    '\u001b[?7h': () => undefined,
  };
  const write = (text: string): boolean => {
    for (const [piece] of text.matchAll(/\p{Cc}(?:\[[?\d]*[A-Za-z]|\d)|[^]/gu)) {
      const known = sequences[piece];
      if (known === undefined) put(piece);
      else known();
    }
    return true;
  };
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120, rows: 30, write });
  return {
    stream,
    lines: (): string[] => rows.map((cells) => cells.join('').trimEnd()).filter((line) => line !== ''),
  };
}

describe('the parley command', () => {
  it('gives 2 for wrong words, and makes nothing of them', async () => {
    for (const words of [
      [],
      ['nonsense'],
      ['projections'],
      ['projections', 'nonsense'],
      ['projections', 'status', '--nonsense'],
      ['projections', 'rebuild'],
      ['projections', 'verify', 'gruops'],
      ['audit', 'history', 'planet', 'x'],
      ['projections', 'rebuild', 'users', '--all'],
      ['audit', 'history', 'group'],
      ['audit', 'history', 'group', 'club', 'more'],
      ['audit', 'history', 'user', ''],
      ['audit', 'history', 'friendship', 'ann'],
      ['audit', 'history', 'conversation', 'single', 'ann'],
      ['audit', 'history', 'conversation', 'ann', 'ben'],
      ['audit', 'history', 'conversation', 'group', 'club', '0'],
      ['audit', 'history', 'conversation', 'group', 'club', '1', '2'],
      ['audit', 'history', 'view', 'ann', 'single', 'ann'],
      ['audit', 'history', 'group', ''],
      ['audit', 'history', 'group', 'club', '--tenant', ''],
      ['store', 'copy'],
      ['store', 'copy', '--to', 'nonsense'],
      ['store', 'copy', '--to', 'embedded:/tmp/parley'],
      ['store', 'verify', '--to', 'env:PARLEY_NOT_SET'],
      ['store', 'verify', '--to', 'postgres://127.0.0.1:1/parley', '--tenants', ' , '],
      ['system', 'copy', '--to', 'embedded:/tmp/parley'],
      ['system', 'copy', '--to', 'esdb://127.0.0.1:1'],
    ]) {
      const { code, out, err } = await runWith(words);
      expect(code, words.join(' ')).to.equal(2);
      expect(out).to.deep.equal([]);
      expect(err.join('\n')).to.not.match(/^ {4}at /m);
    }
  });

  describe('the history of what is between people', () => {
    const MESSAGE = { from: 'user', origin: 'sent', sentAt: 0 };
    const content = (text: string): object => ({ format: 'parley', type: 'text', body: JSON.stringify({ text }) });
    const HISTORY: readonly [string, object][] = [
      ['ConversationOpened', { about: { kind: 'single', a: 'ann', b: 'ben' } }],
      ['MessageSent', { ...MESSAGE, seq: 1, senderId: 'ann', content: content('at noon\n\u202e') }],
      ['MessageRevoked', { seq: 1, senderId: 'ann', by: 'ben', as: 'appAdmin' }],
    ];
    const named: string[] = [];
    const reading: Partial<Tools> = {
      history: {
        all: async function* (stream: StreamId) {
          named.push(streamName(stream));
          await Promise.resolve();
          yield HISTORY.map(([type, data], revision) => itemOf(type, data, revision));
        },
      },
      chainBreak: async (events) => {
        for await (const event of events) expect(event.stream).to.equal('s');
        return undefined;
      },
    };
    const told = async (...words: string[]): Promise<string[]> => {
      const { code, out } = await runWith(['audit', 'history', ...words], reading);
      expect(code, words.join(' ')).to.equal(0);
      return out;
    };

    it('is found by the words that name it', async () => {
      named.length = 0;
      for (const words of [
        'friendship ben ann',
        'conversation single ben ann',
        'conversation group club',
        'conversation group club 2',
        'conversation notification ann',
        'view ben single ann ben',
        'view ben group club 2',
      ])
        await told(...words.split(' '), '--tenant', 't');
      expect(named).to.deep.equal([
        'parley_friendship-t.ann.ben',
        'parley_conversation-t.s.ann.ben',
        'parley_conversation-t.g.club.1',
        'parley_conversation-t.g.club.2',
        'parley_conversation-t.n.ann',
        'parley_view-t.s.ann.ben.ben',
        'parley_view-t.g.club.2.ben',
      ]);
    });

    it('says whose message was revoked, and what messages say only where it is asked to', async () => {
      const words = ['conversation', 'single', 'ann', 'ben'];
      const quiet = await told(...words);
      expect(quiet[1]).to.include('ann wrote message 1  [');
      expect(quiet[2]).to.include('ben revoked message 1 of ann, as an app admin');
      expect([...quiet, ...(await told(...words, '--json'))].join('')).to.not.include('noon');
      const full = await told(...words, '--content');
      expect(full[1]).to.include('ann wrote message 1: at noon');
      expect(full).to.have.length(HISTORY.length + 1);
      const [, message] = (await told(...words, '--content', '--json')).map((line) => JSON.parse(line) as object);
      expect(message).to.deep.include({ content: content('at noon\n\u202e') });
      for (const line of [...full, ...(await told(...words, '--content', '--json'))])
        expect(line).to.not.match(/[\p{Cc}\u202a-\u202e]/u);
    });
  });

  it('gives its version and its help with 0', async () => {
    expect(await runWith(['--version'])).to.deep.include({ code: 0, out: ['1.2.3'], err: [] });
    expect(await runWith(['projections', 'rebuild', '--help'])).to.include({ code: 0 });
  });

  it('shows where projections stand in columns, with position and lag, and what a letter is', async () => {
    const { code, out } = await runWith(['projections', 'status'], {
      projectionStatus: () =>
        Promise.resolve([
          { name: 'users', ...LIVE, parked: 1 },
          {
            ...{ name: 'group_members', ...LIVE, state: 'stopped', lagMs: 12_340, parked: 3, reason: 'a newer schema' },
            ...{ lagEvents: 10_000, lagEventsAtLeast: true, rate: 2.5, leader: null },
          },
        ]),
    });
    expect(code).to.equal(1);
    expect(out).to.deep.equal([
      'projection     version  letter  state    lag, events  lag     events/s  parked  leader  position',
      'users          v2       a       live     0            0 s     0         1       h/42    p9',
      'group_members  v2       a       STOPPED  10,000+      12.3 s  2.5       3       NOBODY  p9',
      'group_members: a newer schema',
      'users: 1 event set aside (`parley parked list users`)',
      'group_members: 3 events set aside (`parley parked list group_members`)',
      "Letter: which of a projection's two sets of tables, a or b, readers see; a rebuild fills the other and switches.",
    ]);
  });

  it('given --watch, then it says a line per look into a pipe, and draws in place on a terminal until Ctrl-C', async () => {
    for (const drawn of [undefined, [] as string[]]) {
      const stop = new AbortController();
      let looks = 0;
      const screen = drawn && { write: (text: string) => void drawn.push(text), rows: () => 3, columns: () => 20 };
      const { code, out, err } = await runWith(
        ['projections', 'status', '--watch'],
        {
          projectionStatus: () => {
            if (++looks === 2)
              setTimeout(() => {
                stop.abort(Stopped.by('SIGINT'));
              });
            return Promise.resolve([
              { name: 'users', ...LIVE, lagEvents: 3, lagMs: 1_500, rate: 7 },
              { name: 'groups', ...LIVE },
              { name: 'friends', ...LIVE },
            ]);
          },
        },
        stop.signal,
        screen,
      );
      expect({ code, err, looks }).to.deep.equal({ code: 130, err: ['Stopped.'], looks: 2 });
      if (drawn === undefined) {
        expect(out).to.have.length(2);
        expect(out[0]).to.match(
          /Z {2}at most 3 events, 1\.5 s behind \(users\); 7 events\/s; 0 parked; none stopped; led by h\/42$/,
        );
      } else {
        expect(out).to.deep.equal([]);
        expect(drawn).to.deep.equal([
          '\u001b[?25l',
          '\r\u001b[Jprojection  state  \n… 3 lines more\n',
          '\u001b[2A\r\u001b[Jprojection  state  \n… 3 lines more\n',
          '\u001b[?25h',
        ]);
      }
    }
  });

  it('lists what there is, what for, and how large', async () => {
    const entry = { name: 'users', version: 2, letter: 'a', rows: 1_234, rowsExact: true, bytes: 5_000_000 } as const;
    const given = {
      projectionList: () => Promise.resolve([entry, { ...entry, name: 'groups', rows: null, letter: null, bytes: 0 }]),
    };
    expect((await runWith(['projections', 'list'], given)).out).to.deep.equal([
      'projection  version  letter  rows     size     for',
      'users       v2       a       1,234    4.8 MiB  profiles, and who may be found by what',
      'groups      v2       -       MISSING  0 bytes  groups and their settings',
    ]);
    const { out } = await runWith(['processes', 'list', '--json']);
    expect(out.map((line) => JSON.parse(line) as object)).to.deep.equal([
      { processes: [{ name: 'group-lines', for: "tells of a group's changes in its chat" }] },
    ]);
  });

  it('serves, and gives the exit code of the server', async () => {
    for (const code of [0, 1]) expect((await runWith(['serve'], {}, undefined, undefined, code)).code).to.equal(code);
    expect((await runWith(['serve', '--nonsense'])).code).to.equal(2);
  });

  it('says of each projection what it is for', () => {
    for (const { name } of projections) expect(purposes, name).to.have.property(name).that.is.a('string');
  });

  it('lists the exit codes in the help of each command, which each give JSON as well', async () => {
    const leaves = ({ commands }: Command, before: readonly string[] = []): string[][] =>
      commands.flatMap((each) => {
        const words = [...before, each.name()];
        return each.commands.length === 0 ? [words] : leaves(each, words);
      });
    const all = leaves(
      parleyCommand({
        open: () => Promise.reject(new Error('not asked for')),
        openStores: () => Promise.reject(new Error('not asked for')),
        serve: () => Promise.reject(new Error('not asked for')),
        terminal: { out: () => undefined, err: () => undefined, isTerminal: false },
        stop: new AbortController().signal,
        version: '1.2.3',
        fail: () => undefined,
      }),
    );
    expect(all.length).to.be.above(30);
    for (const words of all) {
      const { code, out } = await runWith([...words, '--help']);
      expect(code).to.equal(0);
      const help = out.join(' ');
      expect(help, words.join(' ')).to.match(/Exit codes: 0 .*, 1 .*, 2 wrong words/s);
      if (words[0] !== 'serve') expect(help, words.join(' ')).to.match(/ --json /);
      for (const line of out)
        if (/^\S/.test(line) && !line.startsWith('Usage:')) expect(line.length, line).to.be.at.most(80);
    }
    const changing =
      /projections (rebuild|promote|rollback|drop|pause|resume)|parked (retry|discard)|copy|migrate|erase/;
    const unsafe: string[] = [];
    for (const words of all)
      if (changing.test(words.join(' ')) && !(await runWith([...words, '--help'])).out.join('\n').includes('--dry-run'))
        unsafe.push(words.join(' '));
    expect(unsafe).to.deep.equal([]);
  });

  it('tells how long a work has still to go, also of one that goes on where it was stopped', () => {
    let at = 0;
    const left = (...looks: readonly (readonly [number, number])[]): string[] => {
      const words = timeLeftFrom(() => at);
      return looks.map(([ms, share]) => ((at = ms), words(share)));
    };
    expect(left([0, 0], [1_000, 0.1], [10_000, 0.1], [20_000, 0.5], [30_000, 1])).to.deep.equal([
      '',
      '',
      ', 2 min left',
      ', 20 s left',
      '',
    ]);
    expect(left([0, 0.6], [10_000, 0.7], [20_000, 0.7])).to.deep.equal(['', ', 30 s left', ', 1 min left']);
    expect(left([0, 0], [60_000, 0.01])).to.deep.equal(['', ', 1 h 39 min left']);
  });

  it('tells it by the pace of late, which one that has become slower or faster has no other of', () => {
    let at = 0;
    const words = timeLeftFrom(() => at);
    const pace = (perSecond: number, seconds: number, from: number): string => {
      let last = '';
      for (let second = 1; second <= seconds; second++) {
        at += 1_000;
        last = words(from + second * perSecond);
      }
      return last;
    };
    expect(pace(0.01, 50, 0)).to.equal(', 50 s left');
    expect(pace(0.001, 100, 0.5)).to.equal(', 7 min left');
    expect(pace(0.01, 30, 0.6)).to.equal(', 10 s left');
    // So slow that the pace takes longer to see.
    expect(pace(0.0001, 200, 0.9)).to.equal(', 13 min left');
  });

  it('given a screen too narrow, then a watched status keeps the ends of positions, and leaves out what matters less', async () => {
    const position = `${'e'.repeat(32)}:00000000000000142001` as Position;
    const drawnIn = async (columns: number, word: 'projections' | 'processes'): Promise<readonly string[]> => {
      const stop = new AbortController();
      const drawn: string[] = [];
      const state = { ...LIVE, position, state: 'catchingUp', lagMs: 28_763_924_500, lagEvents: 158_391 } as const;
      const status = (name: string) => () => {
        setTimeout(() => {
          stop.abort(Stopped.by('SIGINT'));
        });
        return Promise.resolve([{ ...state, name }]);
      };
      const screen = { write: (text: string) => void drawn.push(text), rows: () => 30, columns: () => columns };
      const given = { projectionStatus: status('group_applications'), processStatus: status('close-conversations') };
      await runWith([word, 'status', '--watch'], given, stop.signal, screen);
      const [, look = ''] = drawn;
      return look.replace('\r\u001b[J', '').trimEnd().split('\n');
    };
    const wide = await drawnIn(200, 'projections');
    expect(wide[1]).to.match(/ h\/42 +e{32}:0+142001$/);
    const usual = await drawnIn(120, 'projections');
    expect(usual[0]).to.match(/^projection +version +letter .* leader +position$/);
    expect(usual[1]).to.match(/ h\/42 +…0+142001$/);
    const [head, row] = await drawnIn(80, 'projections');
    expect(head).to.match(/^projection +state +lag, events +lag +events\/s +parked$/);
    expect(row).to.match(/^group_applications +catching up +158,391 +332 d 21 h +0 +0$/);
    expect((await drawnIn(100, 'processes'))[0]).to.match(/ leader +position$/);
    for (const columns of [200, 120, 100, 80])
      for (const word of ['projections', 'processes'] as const)
        for (const line of await drawnIn(columns, word)) expect(line.length).to.be.below(columns);
  });

  it('given one that is refused, then its name is told once, and a program has it as an object among the others', async () => {
    const refused = (name: string): Promise<never> =>
      Promise.reject(new Error(name === 'users' ? 'users is not paused' : 'an event was discarded'));
    const given: Partial<Tools> = {
      ...{ promote: refused, rollback: refused, intend: refused, pause: refused, resume: refused, verify: refused },
      rebuild: (names, { onOutcome }) => {
        for (const name of names) onOutcome({ name, error: new Error(`${name} is being rebuilt already`) });
        return Promise.resolve({ givenUp: [] });
      },
    };
    const { code, out, err } = await runWith(['projections', 'resume', '--all'], given);
    expect({ code, out, err }).to.deep.equal({
      code: 1,
      out: [],
      err: ['users is not paused', 'groups: an event was discarded'],
    });
    expect((await runWith(['projections', 'rebuild', '--all'], given)).err).to.deep.equal([
      'users is being rebuilt already',
      'groups is being rebuilt already',
    ]);
    for (const change of ['rebuild', 'promote', 'rollback', 'drop', 'pause', 'resume', 'verify'])
      for (const dryRun of change === 'verify' ? [false] : [false, true]) {
        const words = ['projections', change, '--all', '--json', ...(dryRun ? ['--dry-run'] : [])];
        const told = await runWith(words, given);
        expect(told.code, words.join(' ')).to.equal(1);
        const objects = told.out.map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(objects.map(({ name }) => name)).to.deep.equal(['users', 'groups']);
        for (const { error, ...rest } of objects) {
          expect(error).to.be.a('string');
          expect(rest).to.deep.include(change === 'verify' ? {} : { change, dryRun });
        }
      }
  });

  it('given a bar on a terminal, then what is said meanwhile stands on lines of its own, and nothing is written over it', async () => {
    const drawn = drawnOn();
    const say = (line: string): void => {
      drawn.stream.write(`${line}\n`);
    };
    const terminal = { out: say, err: say, isTerminal: true };
    const during: string[] = [];
    await withProgress(
      terminal,
      'users, groups',
      (progress, beside) => {
        progress(0.5, '10 of 20 events');
        beside.out('users: done');
        during.push(...drawn.lines());
        beside.err('groups: failed');
        return Promise.resolve();
      },
      drawn.stream,
    );
    say('$ the prompt');
    expect(during[0]).to.equal('users: done');
    expect(during[1]).to.match(/^users, groups █+░+ 50% +10 of 20 events$/);
    expect(drawn.lines()).to.deep.equal(['users: done', 'groups: failed', '$ the prompt']);
  });

  it('tells a lag in units that tell something', () => {
    const told = [0, 12_340, 245_000, 3_600_000, 29_000_000, 28_763_924_500].map(duration);
    expect(told).to.deep.equal(['0 s', '12.3 s', '4 min 5 s', '1 h', '8 h 3 min', '332 d 21 h']);
  });

  it('given --dry-run, then it says who would be erased, and erases nobody', async () => {
    const asked: unknown[] = [];
    const erase: Tools['erase'] = (erasure) => {
      asked.push(erasure);
      return Promise.resolve({ alreadySo: false, gone: false });
    };
    const words = ['privacy', 'erase', 'ada', '--reason', 'asked for', '--dry-run'];
    expect((await runWith(words, { erase })).out).to.deep.equal(['"ada" would be erased, for good.']);
    expect(
      (await runWith([...words, '--json'], { erase })).out.map((line) => JSON.parse(line) as object),
    ).to.deep.equal([{ tenant: '1000', userId: 'ada', dryRun: true, alreadySo: false }]);
    for (const each of asked) expect(each).to.deep.include({ userId: 'ada', dryRun: true });
  });

  it('prints no control character, whoever wrote it, and says the same to a program', async () => {
    const row = '(vic,"x\u001b[2J\u009b31m\u202e\nusers: the same")';
    const differing = (name: string) =>
      Promise.resolve({
        name,
        same: false,
        events: 1,
        position: 'p9',
        parked: 0,
        parkedStreams: [],
        differences: [{ table: 'read.p', onlyLive: [row], onlyReplayed: [] }],
      });
    const told = await runWith(['projections', 'verify', 'users'], { verify: differing });
    expect(told.code).to.equal(1);
    expect(told.out).to.have.length(2);
    expect([...told.out, ...told.err].join('')).to.not.match(/[\p{Cc}\u202a-\u202e]/u);
    const json = await runWith(['projections', 'verify', 'users', '--json'], { verify: differing });
    expect(json.out).to.have.length(1);
    expect(json.out[0]).to.not.match(/[\p{Cc}\u202a-\u202e]/u);
    expect(
      (JSON.parse(json.out[0]!) as { differences: { onlyLive: string[] }[] }).differences[0]?.onlyLive,
    ).to.deep.equal([row]);
  });

  it('given a database that is gone, then it says one sentence and tries no further', async () => {
    let asked = 0;
    const { code, err, closed } = await runWith(['projections', 'verify', '--all'], {
      verify: () => {
        asked++;
        return Promise.reject(
          new DatabaseUnavailable('PostgreSQL does not answer', {
            cause: new Error('Connection terminated unexpectedly'),
          }),
        );
      },
    });
    expect({ code, closed, asked }).to.deep.equal({ code: 1, closed: true, asked: 1 });
    expect(err).to.deep.equal([
      'PostgreSQL went away or does not answer (Connection terminated unexpectedly). Run the same again when it is there.',
    ]);
  });

  it('given Ctrl-C while it rebuilds, then it closes its tools, says that nothing more was switched, and gives 130', async () => {
    const stop = new AbortController();
    const { code, out, err, closed } = await runWith(
      ['projections', 'rebuild', '--all'],
      {
        rebuild: ([name = ''], { signal, onOutcome }) => {
          onOutcome({ name, result: REBUILT });
          return new Promise((_, reject) => {
            signal?.addEventListener('abort', () => {
              reject(signal.reason as Error);
            });
            stop.abort(Stopped.by('SIGINT'));
          });
        },
      },
      stop.signal,
    );
    expect({ code, closed }).to.deep.equal({ code: 130, closed: true });
    expect(out).to.have.length(1);
    expect(out[0]).to.match(/^users: 12,345 events read in 1\.5 s; readers now see its tables of letter b/);
    expect(err).to.deep.equal([
      'Stopped. Nothing was switched but what is said above: readers see what they saw before. The same command goes on where it was.',
    ]);
  });

  it('given Ctrl-C while a statement goes on, then it is left, and nothing is claimed of it', async () => {
    const stop = new AbortController();
    const { code, err, closed } = await runWith(
      ['projections', 'rebuild', 'users'],
      {
        rebuild: () => {
          stop.abort(Stopped.by('SIGTERM'));
          return new Promise(() => undefined);
        },
      },
      stop.signal,
    );
    expect({ code, closed }).to.deep.equal({ code: 143, closed: true });
    expect(err).to.deep.equal(['Stopped. It was in the middle of a statement, which may take effect yet.']);
  });

  it('given a reader that is gone, then it ends without a word', async () => {
    const stop = new AbortController();
    const { code, err, closed } = await runWith(
      ['projections', 'verify', '--all'],
      {
        verify: () => {
          stop.abort(Stopped.byClosedPipe());
          return Promise.reject(stop.signal.reason as Error);
        },
      },
      stop.signal,
    );
    expect({ code, err, closed }).to.deep.equal({ code: 141, err: [], closed: true });
  });
});
