import { expect } from 'chai';

/** A sample of a seed, byte for byte. */
export interface SeedSample {
  /** The operation that it is of, as the outcomes name it: `/group/kick_group`, `GET /group/{id}`. */
  readonly name: string;
  /** What is sent: a body, or a query string. '' where there is nothing. */
  readonly text: string;
}

/** What a sample comes to, in the API's own terms; why, where that isn't success. */
export type Outcome<Said> = readonly [name: string, said: Said, why?: string];

export interface PinnedSamples<Said> {
  readonly samples: readonly SeedSample[];
  /** In the seed's order. */
  readonly outcomes: readonly Outcome<Said>[];
  /** How many operations the seed has. */
  readonly operations: number;
  /** Those that end what the others are about come last. */
  readonly isLast?: (name: string) => boolean;
  /** Sends it; `answer` is shown where `said` isn't what was expected. */
  readonly send: (sample: SeedSample) => Promise<{ readonly said: Said; readonly answer: unknown }>;
}

/** One test for each sample of a seed, sent as it stands there, and one that they are all there. Call it within `describe`. */
export function pinSamples<Said>({
  samples,
  outcomes,
  operations,
  isLast = () => false,
  send,
}: PinnedSamples<Said>): void {
  it(`are all of the ${operations.toString()} operations`, () => {
    expect(samples.map(({ name }) => name)).to.deep.equal(outcomes.map(([name]) => name));
    expect(new Set(samples.map(({ name }) => name)).size).to.equal(operations);
  });

  const inOrder = [...outcomes.entries()].sort(([, [a]], [, [b]]) => Number(isLast(a)) - Number(isLast(b)));
  for (const [index, [name, expected, why = 'done']] of inOrder) {
    it(`${name} (${(index + 1).toString()}): ${why}`, async () => {
      const sample = samples[index];
      if (sample === undefined) throw new Error('there is no such sample');
      const { said, answer } = await send(sample);
      expect(said, JSON.stringify(answer)).to.deep.equal(expected);
    });
  }
}
