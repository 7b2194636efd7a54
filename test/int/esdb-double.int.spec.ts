import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';

import { startEsdbDouble } from '../support/esdb-double/index.js';

type Answers = Readonly<Record<string, unknown>>;

const probe = join(dirname(fileURLToPath(import.meta.url)), '../support/esdb-probe');
const { answers: recorded } = JSON.parse(readFileSync(join(probe, 'recordings/eventstoredb-24.6.0.json'), 'utf8')) as {
  answers: Answers;
};

/** A real server to grade instead of the double, `esdb://…?tls=false`. */
const realServer = process.env['PARLEY_TEST_ESDB'];

/** Cases that the double answers otherwise on purpose, each with the reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {};

/**
 * The probe takes half a minute, nearly all of it listening and waiting, so its cases are asked by several processes at
 * once: each is given a text that the names of its cases hold. The cases of a group stand one after the other in the
 * probe, which {@link renumbered} relies on. Those that wait longest come first.
 */
const GROUPS = [
  'while listening',
  'all subscription: by',
  'wire:',
  'all subscription: s',
  'stream subscription: tombstoned stream',
  'all subscription: checkpoints',
  'all subscription: from',
  'all subscription: resumes',
  'stream subscription: after',
  'stream subscription: from',
  'stream subscription: stream',
  'all subscription: a slow',
  'size:',
  'read:',
  'append:',
  // 'again:' and 'chained:' in one, and a case of 'wire:' once more. The client sends the first two appends of a cold
  // connection in the wrong order, so appends that are not waited for have to come after other cases.
  'ain',
  'odd:',
  'position:',
  'race:',
  'delete:',
  'tombstone:',
  'metadata:',
  'link:',
];

/** Few enough that two cores serve them in time: a case listens for a second and a half and takes what came by then. */
const AT_ONCE = 6;

async function ask(url: string, group: string): Promise<Answers> {
  // The probe finds the client from the current directory, which is the project's.
  const { stdout } = await promisify(execFile)(process.execPath, [join(probe, 'probe.mjs'), url, '--only', group], {
    timeout: 90_000,
    maxBuffer: 16 * 1024 * 1024,
  });
  return renumbered(JSON.parse(stdout) as Answers);
}

const STREAM_NUMBER = /(PROBE-[a-z]+)(\d+)/;

/**
 * The probe numbers its streams through all its cases. Asked for some, it begins at 1, so their numbers are less than the
 * recorded ones, by the same for all of a group.
 */
function renumbered(answers: Answers): Answers {
  const numberIn = (answer: unknown): number | undefined => {
    const digits = STREAM_NUMBER.exec(JSON.stringify(answer))?.[2];
    return digits === undefined ? undefined : Number(digits);
  };
  const first = Object.keys(answers).find((name) => numberIn(answers[name]) !== undefined);
  if (first === undefined) return answers;
  const shift = (numberIn(recorded[first]) ?? 0) - (numberIn(answers[first]) ?? 0);
  const text = JSON.stringify(answers);
  const shifted = text.replace(new RegExp(STREAM_NUMBER, 'g'), (_, name: string, digits: string) => {
    return `${name}${Number(digits) + shift}`;
  });
  return JSON.parse(shifted) as Answers;
}

/** Each group has a double to itself: some cases look at the end of `$all`, where another's events would be in the way. */
async function askOfDouble(group: string): Promise<Answers> {
  const double = await startEsdbDouble();
  try {
    return await ask(double.url, group);
  } finally {
    await double.stop();
  }
}

async function askAll(): Promise<(readonly [name: string, answer: unknown])[]> {
  const entries: (readonly [string, unknown])[] = [];
  const waiting = [...GROUPS];
  const work = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      const answers = realServer === undefined ? await askOfDouble(group) : await ask(realServer, group);
      entries.push(...Object.entries(answers));
    }
  };
  await Promise.all(Array.from({ length: realServer === undefined ? AT_ONCE : 1 }, work));
  return entries;
}

const subject = realServer === undefined ? 'the EventStoreDB double' : 'the EventStoreDB server';

describe(`${subject}, beside the answers recorded from EventStoreDB 24.6.0`, () => {
  let entries: (readonly [name: string, answer: unknown])[] = [];

  before(async function () {
    this.timeout(120_000);
    entries = await askAll();
  });

  it('was asked every question', () => {
    expect([...new Set(entries.map(([name]) => name))].sort()).to.deep.equal(Object.keys(recorded).sort());
    expect(Object.keys(recorded)).to.include.members(Object.keys(LEFT_OUT));
  });

  for (const [name, expected] of Object.entries(recorded)) {
    const reason = realServer === undefined ? LEFT_OUT[name] : undefined;
    it(reason === undefined ? `the same to "${name}"` : `another to "${name}": ${reason}`, () => {
      const answers = entries.filter(([asked]) => asked === name).map(([, answer]) => answer);
      expect(answers).not.to.deep.equal([]);
      for (const answer of answers) {
        if (reason === undefined) expect(answer).to.deep.equal(expected);
        else expect(answer, 'left out, and the same all the same').not.to.deep.equal(expected);
      }
    });
  }
});
