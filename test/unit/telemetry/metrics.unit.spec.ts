import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { type Declaration, metrics } from '../../../infrastructure/telemetry/metrics.js';
import { addedUp, Prometheus } from '../../../infrastructure/telemetry/prometheus.js';
import { repositoryRoot } from '../../support/repository-root.js';

const read = (file: string): string => readFileSync(join(repositoryRoot(), file), 'utf8');
const declared = Object.entries<Declaration>(metrics);

/** Names as queries write them. */
const series = new Set(
  declared.flatMap(([name, { kind }]) =>
    kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);
const named = (text: string): string[] => [...text.matchAll(/\bparley_[a-z_]+/g)].map(([name]) => name);

/** Every query of a dashboard or of rules. */
function queries(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(queries);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'expr' && typeof inner === 'string' ? [inner] : queries(inner),
  );
}

describe('the metrics', () => {
  it('are named as Prometheus wants it: units and totals at the end', () => {
    for (const [name, { kind, help, labels, buckets }] of declared) {
      expect(name).to.match(/^parley_[a-z_]+$/);
      expect(help, name).to.match(/\.$/);
      expect(name.endsWith('_total'), name).to.equal(kind === 'counter');
      if (name.includes('duration') || name.includes('wait_')) expect(name).to.match(/_seconds$/);
      expect(buckets !== undefined, name).to.equal(kind === 'histogram');
      for (const label of labels) expect(label, name).to.not.match(/user|path|tenant|stream|group/);
    }
  });

  it('are all documented, and no other', () => {
    const rows = declared.map(
      ([name, { kind, labels, help }]) => `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help} |`,
    );
    const written = read('docs/metrics.md')
      .split('\n')
      .filter((line) => line.startsWith('| `parley_'))
      .map((line) => line.replaceAll(/ +\|/g, ' |').replaceAll(/\| +/g, '| ').replaceAll('|  |', '| |'));
    expect(written).to.deep.equal(rows.map((row) => row.replaceAll('|  |', '| |')));
  });

  for (const [file, load] of [
    ['ops/alerts.yml', (text: string): unknown => parse(text)],
    ['ops/grafana/parley.json', (text: string): unknown => JSON.parse(text)],
  ] as const)
    it(`are what ${file} asks for`, () => {
      const asked = queries(load(read(file)));
      expect(asked).to.have.length.above(5);
      for (const query of asked) {
        const unknown = named(query).filter((name) => !series.has(name));
        expect(unknown, query).to.deep.equal([]);
        // And with labels that it has.
        for (const [, name = '', inner = ''] of query.matchAll(
          /\b(parley_[a-z_]+?)(?:_bucket|_sum|_count)?\{([^}]*)\}/g,
        )) {
          const { labels } = metrics[name as keyof typeof metrics];
          for (const [, label] of inner.matchAll(/(\w+)\s*[=!]/g))
            expect([...labels, 'instance', 'job', 'le']).to.include(label);
        }
      }
    });

  it('have alerts that say what to do', () => {
    const { groups } = parse(read('ops/alerts.yml')) as {
      groups: { rules: { alert: string; annotations: { summary: string; description: string } }[] }[];
    };
    const rules = groups.flatMap((group) => group.rules);
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
    for (const { alert, annotations } of rules) {
      expect(annotations.summary, alert).to.be.a('string');
      expect(annotations.description, alert).to.be.a('string');
    }
  });
});

describe('what Prometheus is told', () => {
  const standing = { name: 'groups', state: 'live', lag: 0, lagEvents: 0, parked: 0, fedHere: true };
  const none = (): Promise<never[]> => Promise.resolve([]);
  const nothing = (): Promise<Record<string, never>> => Promise.resolve({});

  it('given sources that are away or say nothing, is told in time, and nothing old of them', async () => {
    const prometheus = new Prometheus('1.2.3');
    prometheus.lookAt({
      checks: nothing,
      processes: none,
      standbys: none,
      projections: () => Promise.resolve([standing]),
    });
    expect(await prometheus.text()).to.include('parley_projection_up{projection="groups"} 1');
    prometheus.lookAt({
      checks: nothing,
      processes: none,
      standbys: none,
      projections: () => Promise.reject(new Error('away')),
    });
    const text = await prometheus.text();
    expect(text).to.not.include('projection="groups"');
    expect(text).to.include('parley_build_info{version="1.2.3"} 1');
  });

  it('tells of a rebuild, and nothing more when its tables are gone', async () => {
    const prometheus = new Prometheus('1');
    const filling = { name: 'groups', state: 'filling', percent: 42.5 };
    const others = { checks: nothing, processes: none, projections: none };
    prometheus.lookAt({ ...others, standbys: () => Promise.resolve([filling]) });
    expect(await prometheus.text()).to.include('standby_ratio{projection="groups",state="filling"} 0.425');
    prometheus.lookAt({ ...others, standbys: none });
    expect(await prometheus.text()).to.not.include('state="filling"');
  });

  it('given several who ask at once, asks its sources once', async () => {
    let asked = 0;
    const prometheus = new Prometheus('1');
    const projections = (): Promise<(typeof standing)[]> => {
      asked += 1;
      return Promise.resolve([standing]);
    };
    prometheus.lookAt({ checks: nothing, processes: none, standbys: none, projections });
    await Promise.all([prometheus.text(), prometheus.text(), prometheus.text()]);
    expect(asked).to.equal(1);
  });

  it('given several processes, adds up what adds up and takes the worst of the rest', async () => {
    const [one, two] = [new Prometheus('1'), new Prometheus('1')];
    one.command('JoinGroup').ended('ok');
    two.command('JoinGroup').ended('ok');
    const of = (lag: number, fedHere: boolean) => ({
      checks: nothing,
      processes: none,
      standbys: none,
      projections: () => Promise.resolve([{ ...standing, lag, fedHere }]),
    });
    one.lookAt(of(0, false));
    two.lookAt(of(7_000, true));
    const text = await addedUp([await one.json(), await two.json()]);
    expect(text).to.include('parley_command_duration_seconds_count{operation="JoinGroup",outcome="ok"} 2');
    expect(text).to.include('parley_projection_lag_seconds{projection="groups"} 7\n');
    expect(text).to.include('parley_projection_fed{projection="groups"} 1\n');
    expect(text).to.include('parley_build_info{version="1"} 1\n');
  });
});
