import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Compile } from 'typebox/schema';
import { type Config, loadConfig, secretVariables, variableNames } from '../../infrastructure/config/config.js';
import { Environment } from '../../infrastructure/config/environment.js';
import {
  type ComposeFile,
  composeFile,
  type ComposeService,
  dockerfileReader,
  type DockerfileStage,
  withNothingSet,
} from '../support/deployment.js';
import { EVENTSTOREDB_OPTIONS } from '../support/eventstoredb-options.js';
import { repositoryRoot } from '../support/repository-root.js';

const run = promisify(execFile);
const root = repositoryRoot();
const script = (name: string): string => join(root, 'scripts', name);
const text = (name: string): Promise<string> => readFile(join(root, name), 'utf8');

const KNOWN_TO_PARLEY = [...variableNames(), ...secretVariables.map((name) => `${name}_FILE`)];
const isParley = (service: ComposeService): boolean => service.build !== undefined;
const isEventStore = (service: ComposeService): boolean =>
  withNothingSet(service.image).startsWith('eventstore/eventstore:');

let folder: string;
/** What container-secrets.sh makes, once for all tests here. */
let secrets: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-deployment-'));
  secrets = join(folder, 'secrets');
  await run('sh', [script('container-secrets.sh'), secrets]);
});
after(() => rm(folder, { recursive: true, force: true }));

/** The configuration that a service starts with, when nothing but the made secrets is there. */
function configOf(file: ComposeFile, service: ComposeService): Config {
  const entries = Object.entries(service.environment ?? {}).map(([name, value]) => {
    const inside = withNothingSet(value);
    if (!name.endsWith('_FILE')) return [name, inside];
    const secret = posix.basename(inside);
    expect(inside).to.equal(`/run/secrets/${secret}`);
    expect(service.secrets).to.include(secret);
    return [name, join(secrets, posix.basename(file.secrets[secret]!.file))];
  });
  return loadConfig({ HOST: '0.0.0.0', ...(Object.fromEntries(entries) as Record<string, string>) });
}

const hostsOf = (connectionString: string): string[] =>
  /^esdb:\/\/(?:[^@]*@)?([^?]+)/
    .exec(connectionString)![1]!
    .split(',')
    .map((host) => host.split(':')[0]!);

describe('the compose schema in test/support', () => {
  it('refuses what is no compose file, so passing it means something', async () => {
    const check = await composeCheck();
    expect(check({ services: { a: { image: 'a', mem_limt: '1g' } } })).to.not.equal('');
    expect(check({ services: { a: { image: 'a', depends_on: { b: { condition: 'healthy' } } } } })).to.not.equal('');
    expect(check({ services: { a: { image: 'a' } }, volume: {} })).to.not.equal('');
  });
});

/** Gives what is wrong, in words; '' when nothing is. */
async function composeCheck(): Promise<(file: unknown) => string> {
  const schema = JSON.parse(await text('test/support/compose-spec/compose-spec.json')) as object;
  const validator = Compile(schema);
  return (file) => {
    const [valid, errors] = validator.Errors(file);
    return valid ? '' : errors.map(({ instancePath, message }) => `${instancePath} ${message}`).join('\n');
  };
}

for (const name of ['compose.yaml', 'compose.cluster.yaml']) {
  describe(name, () => {
    const file = composeFile(name);
    const services = Object.entries(file.services);

    it('is a compose file by the official schema', async () => {
      expect((await composeCheck())(file)).to.equal('');
    });

    it('sets for Parley only variables that Parley reads', () => {
      for (const [, service] of services.filter(([, each]) => isParley(each))) {
        expect(KNOWN_TO_PARLEY).to.include.members(Object.keys(service.environment ?? {}));
      }
    });

    it('starts Parley with a complete configuration, from the made secrets alone', () => {
      for (const [, service] of services.filter(([, each]) => isParley(each))) {
        const config = configOf(file, service);
        expect(file.services).to.have.property(new URL(config.databaseUrl!).hostname);
        expect(config.masterKey).to.have.length(32);
        expect(config.tokenSecret).to.not.equal(undefined);
        if (config.eventStore.kind !== 'eventstoredb') throw new Error('not on EventStoreDB');
        const nodes = services.filter(([, each]) => isEventStore(each)).map(([node]) => node);
        expect(hostsOf(config.eventStore.connectionString)).to.have.members(nodes);
      }
    });

    it('hands PostgreSQL the password that Parley uses', async () => {
      const { environment = {}, secrets: mounted } = file.services['postgres']!;
      const [, service] = services.find(([, each]) => isParley(each))!;
      const { username, password, pathname } = new URL(configOf(file, service).databaseUrl!);
      expect(environment).to.include({ POSTGRES_USER: username, POSTGRES_DB: pathname.slice(1) });
      expect(environment['POSTGRES_PASSWORD_FILE']).to.equal('/run/secrets/postgres-password');
      expect(mounted).to.deep.equal(['postgres-password']);
      expect(await readFile(join(secrets, 'postgres-password'), 'utf8')).to.equal(password);
    });

    it('sets for EventStoreDB only options that it knows', async () => {
      for (const [, service] of services.filter(([, each]) => isEventStore(each))) {
        const names = Object.keys(service.environment ?? {});
        for (const path of service.env_file ?? []) {
          const lines = (await readFile(join(secrets, posix.basename(path)), 'utf8')).trim().split('\n');
          names.push(...lines.map((line) => line.split('=')[0]!));
        }
        for (const option of names) {
          expect(option).to.match(/^EVENTSTORE_/);
          expect([...EVENTSTOREDB_OPTIONS]).to.include(option.replace('EVENTSTORE_', ''));
        }
      }
    });

    it('uses what it declares and declares what it uses', () => {
      const used = { volumes: new Set<string>(), secrets: new Set<string>(), networks: new Set<string>() };
      for (const [, service] of services) {
        for (const volume of service.volumes ?? []) {
          const source = volume.split(':')[0]!;
          if (source.startsWith('./')) expect(existsSync(join(root, source)), source).to.equal(true);
          else used.volumes.add(source);
        }
        for (const secret of service.secrets ?? []) used.secrets.add(secret);
        for (const network of service.networks ?? []) used.networks.add(network);
      }
      expect(Object.keys(file.volumes)).to.have.members([...used.volumes]);
      expect(Object.keys(file.secrets)).to.have.members([...used.secrets]);
      expect(Object.keys(file.networks)).to.have.members([...used.networks]);
    });

    it('waits only for what can be waited for', () => {
      for (const [, service] of services) {
        for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
          const target = file.services[other];
          if (condition === 'service_healthy') expect(target?.healthcheck?.test[0]).to.equal('CMD');
          else expect([condition, target?.restart]).to.deep.equal(['service_completed_successfully', 'no']);
        }
      }
    });

    it('keeps its data in named volumes', () => {
      const targets = services.flatMap(([service, { volumes = [] }]) =>
        volumes.map((volume) => [service, ...volume.split(':')] as const),
      );
      for (const [service, each] of services) {
        const data = isEventStore(each)
          ? '/var/lib/eventstore'
          : service === 'postgres'
            ? '/var/lib/postgresql'
            : undefined;
        if (data === undefined) continue;
        expect(targets).to.deep.include([service, service, data]);
      }
    });

    it('publishes on loopback only, and nothing but Parley', () => {
      for (const [, service] of services) {
        for (const port of service.ports ?? []) expect(withNothingSet(port)).to.match(/^127\.0\.0\.1:\d+:8080$/);
        if (!isParley(service)) {
          expect(service.ports).to.equal(undefined);
          const networks = service.networks ?? [];
          expect(service.network_mode === 'none' || networks.every((each) => file.networks[each]?.internal)).to.equal(
            true,
          );
        }
      }
    });

    it('names versions of images, limits memory and drops what a service needs no right to', () => {
      for (const [, service] of services) {
        expect(withNothingSet(service.image)).to.match(/:\d+\.\d+[\w.-]*$/);
        expect(service.mem_limit).to.match(/^\d+[mg]$/);
        expect(service.cap_drop).to.deep.equal(['ALL']);
        expect(service.restart).to.match(/^(unless-stopped|no)$/);
        if (isParley(service)) expect(service.read_only).to.equal(true);
      }
    });

    it('holds no secret', () => {
      for (const [, { environment = {} }] of services) {
        for (const [variable, value] of Object.entries(environment)) {
          if (/PASSWORD|SECRET|_KEY|DATABASE_URL/.test(variable)) expect(variable).to.match(/_FILE$/);
          expect(value, variable).to.not.include('@');
        }
      }
    });
  });
}

describe('the cluster', () => {
  const file = composeFile('compose.cluster.yaml');
  const nodes = Object.keys(file.services).filter((service) => isEventStore(file.services[service]!));

  it('has three nodes, each of which looks for the two others by the name it shows', () => {
    expect(nodes).to.have.length(3);
    for (const node of nodes) {
      const { environment = {} } = file.services[node]!;
      expect(environment['EVENTSTORE_CLUSTER_SIZE']).to.equal('3');
      expect(environment['EVENTSTORE_NODE_HOST_ADVERTISE_AS']).to.equal(node);
      expect(environment['EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS']).to.equal(node);
      const seeds = environment['EVENTSTORE_GOSSIP_SEED']!.split(',');
      expect(seeds).to.have.members(nodes.filter((each) => each !== node).map((each) => `${each}:2113`));
    }
  });

  it('has TLS, with its authority in the connection string', () => {
    for (const service of Object.values(file.services).filter(isParley)) {
      const { eventStore } = configOf(file, service);
      if (eventStore.kind !== 'eventstoredb') throw new Error('not on EventStoreDB');
      const url = new URL(eventStore.connectionString.replace(/,[^?]*/, ''));
      expect(url.searchParams.get('tls')).to.equal('true');
      expect(url.searchParams.get('nodePreference')).to.equal('leader');
      expect(service.volumes).to.include(`ca:${posix.dirname(url.searchParams.get('tlsCAFile')!)}:ro`);
    }
  });

  it('keeps the key of the authority where certificates are made, and from each node the keys of the others', () => {
    const holders = (volume: string): string[] =>
      Object.keys(file.services).filter((service) =>
        file.services[service]!.volumes?.some((each) => each.startsWith(`${volume}:`)),
      );
    expect(holders('authority')).to.deep.equal(['certificates']);
    for (const number of ['1', '2', '3']) {
      expect(holders(`tls${number}`)).to.have.members(['certificates', `eventstore${number}`]);
    }
  });

  it('gives each node its certificate and key by the paths it was told, once', async () => {
    // Stands in for the tool, and complains like it when a folder is there already.
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(
      join(bin, 'es-gencert-cli'),
      `#!/bin/sh
set -eu
kind=$1; shift; names=; authority=
while [ $# -gt 0 ]; do case $1 in
  -out) out=$2 ;; -dns-names) names=$2 ;; -ca-key) authority=$(cat "$2") ;; -days | -ca-certificate | -ip-addresses) ;;
  *) exit 64 ;; esac; shift 2; done
mkdir "$out"
case $kind in
  create-ca) echo "authority $$" >"$out/ca.crt"; echo "key of authority $$" >"$out/ca.key" ;;
  create-node) echo "$names by $authority" >"$out/node.crt"; echo "key" >"$out/node.key" ;;
  *) exit 64 ;;
esac
`,
    );
    await chmod(join(bin, 'es-gencert-cli'), 0o755);
    const [authority, tls] = [join(folder, 'authority'), join(folder, 'tls')];
    for (const path of ['', 'ca', 'node1', 'node2', 'node3']) await mkdir(join(tls, path), { recursive: true });
    await mkdir(authority);
    const env = {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      AUTHORITY: authority,
      TLS: tls,
      OWNER: `${process.getuid!().toString()}:${process.getgid!().toString()}`,
    };
    const make = (): Promise<{ stdout: string }> => run('sh', [script('container-certificates.sh')], { env });

    expect((await make()).stdout.split('\n').filter((line) => line !== '')).to.have.length(3);
    const ca = await readFile(join(tls, 'ca', 'ca.crt'), 'utf8');
    for (const number of ['1', '2', '3']) {
      const certificate = await readFile(join(tls, `node${number}`, 'node.crt'), 'utf8');
      expect(certificate).to.equal(`eventstore${number},localhost by key of ${ca}`);
      expect((await stat(join(tls, `node${number}`, 'node.key'))).mode & 0o777).to.equal(0o400);
    }
    expect(await readdir(join(tls, 'ca'))).to.deep.equal(['ca.crt']);

    expect((await make()).stdout).to.equal('');
    await rm(join(tls, 'node2', 'node.crt'));
    expect((await make()).stdout).to.equal('made a certificate for eventstore2\n');
    expect(await readFile(join(tls, 'ca', 'ca.crt'), 'utf8')).to.equal(ca);

    // The paths inside a node, from the volumes that the script filled.
    const { environment = {}, volumes = [] } = file.services['eventstore1']!;
    const { volumes: made = [] } = file.services['certificates']!;
    const volumeAt = (all: readonly string[], path: string): string | undefined =>
      all.map((each) => each.split(':')).find(([, target]) => target === path)?.[0];
    expect(volumeAt(made, '/tls/node1')).to.equal('tls1').and.to.equal(volumeAt(volumes, '/tls/node'));
    expect(environment).to.include({
      EVENTSTORE_CERTIFICATE_FILE: '/tls/node/node.crt',
      EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE: '/tls/node/node.key',
      EVENTSTORE_TRUSTED_ROOT_CERTIFICATES_PATH: volumes.find((each) => each.startsWith('ca:'))!.split(':')[1]!,
    });
  });
});

describe('container-secrets.sh', () => {
  it('makes a folder for its owner alone, with all that the compose files read there', async () => {
    expect((await stat(secrets)).mode & 0o777).to.equal(0o700);
    const made = await readdir(secrets);
    for (const name of ['compose.yaml', 'compose.cluster.yaml']) {
      const { services, secrets: declared } = composeFile(name);
      const files = Object.values(declared).map(({ file }) => file);
      files.push(...Object.values(services).flatMap(({ env_file = [] }) => env_file));
      for (const path of files) {
        expect(posix.dirname(path)).to.equal('./secrets');
        expect(made).to.include(posix.basename(path));
      }
    }
  });

  it('keeps what is there, and makes others elsewhere', async () => {
    const read = async (path: string): Promise<string[]> =>
      Promise.all((await readdir(path)).map(async (each) => `${each} ${await readFile(join(path, each), 'utf8')}`));
    const before = await read(secrets);
    await run('sh', [script('container-secrets.sh'), secrets]);
    expect(await read(secrets)).to.deep.equal(before);
    const elsewhere = join(folder, 'elsewhere');
    await run('sh', [script('container-secrets.sh'), elsewhere]);
    const others = await read(elsewhere);
    expect(others).to.have.length(before.length);
    for (const each of others) expect(before).to.not.include(each);
  });
});

describe('Dockerfile', () => {
  let stages: DockerfileStage[];
  let allowed: string[];
  before(async () => {
    const { parseDockerfile, allowedByDockerignore } = await dockerfileReader();
    stages = parseDockerfile(await text('Dockerfile'));
    allowed = allowedByDockerignore(await text('.dockerignore'));
  });
  const only = (instruction: string): DockerfileStage['steps'][number] => {
    const steps = stages.at(-1)!.steps.filter((step) => step.instruction === instruction);
    expect(steps, instruction).to.have.length(1);
    return steps[0]!;
  };

  it('starts every stage from the same version of an image whose Node package.json takes', async () => {
    const bases = new Set(stages.map(({ base }) => base));
    expect(bases.size).to.equal(1);
    const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-\w+-slim$/.exec([...bases][0]!)!.map(Number);
    const { engines } = JSON.parse(await text('package.json')) as { engines: { node: string } };
    const [, least, leastMinor] = /^>=(\d+)\.(\d+)$/.exec(engines.node)!.map(Number);
    expect(major! > least! || (major === least && minor! >= leastMinor!)).to.equal(true);
  });

  it('copies only what is there, what the build may see, and what an earlier stage made', () => {
    stages.forEach((stage, index) => {
      for (const { flags, words } of stage.steps.filter((step) => step.instruction === 'COPY')) {
        if (flags['from'] !== undefined) {
          expect(stages.slice(0, index).map(({ name }) => name)).to.include(flags['from']);
          continue;
        }
        for (const source of words.slice(0, -1).filter((each) => each !== '.')) {
          expect(allowed).to.include(source.split('/')[0]);
          expect(existsSync(join(root, source)), source).to.equal(true);
        }
      }
    });
  });

  it('lets no install script run, and only production packages into the image', () => {
    const installs = stages.flatMap(({ steps }) => steps.filter(({ text: all }) => all.includes('npm ci')));
    for (const { text: all } of installs) expect(all).to.include('--ignore-scripts');
    const from = stages.at(-1)!.steps.find(({ text: all }) => all.includes('node_modules'))!.flags['from'];
    const source = stages.find(({ name }) => name === from)!;
    expect(source.steps.map(({ text: all }) => all).join('\n')).to.match(/npm ci --omit=dev (?!.*--omit=optional)/);
  });

  it('runs as a user that is not root, without a shell between it and its signals', () => {
    expect(only('USER').text).to.match(/^[1-9]\d*:[1-9]\d*$/);
    expect(only('CMD').json?.[0]).to.equal('node');
    expect(only('HEALTHCHECK').json?.[0]).to.equal('node');
    expect(only('STOPSIGNAL').text).to.equal('SIGTERM');
  });

  it('sets only variables that are known', () => {
    const names = only('ENV').words.map((word) => word.split('=')[0]!);
    expect([...KNOWN_TO_PARLEY, 'NODE_ENV']).to.include.members(names);
  });

  it('is built from every room of the product, and sees no secret, data or history', async () => {
    const manifest = JSON.parse(await text('tsconfig.json')) as { include: string[] };
    expect(allowed).to.include.members(manifest.include.filter((room) => !['test', 'bench'].includes(room)));
    for (const name of ['secrets', 'data', '.env', '.git', 'node_modules', 'dist'])
      expect(allowed).to.not.include(name);
  });
});

describe('the health check', () => {
  const exitCode = (what: string, env: NodeJS.ProcessEnv): Promise<number> =>
    run(process.execPath, [script('container-health.mjs'), what], { env }).then(
      () => 0,
      (error: unknown) => (error as { code: number }).code,
    );

  for (const [host, envOf] of [
    ['127.0.0.1', (port: string) => ({ PORT: port })],
    ['::1', (port: string) => ({ PARLEY_ROLES: 'projections', METRICS_HOST: '::1', METRICS_PORT: port })],
  ] as const) {
    it(`tells a server at ${host} that answers from one that is not ready and from one that is not there`, async function () {
      const server = createServer((request, response) => {
        response.writeHead(request.url === '/health/live' ? 200 : 503).end('{}');
      });
      server.listen(0, host);
      try {
        await once(server, 'listening');
      } catch (error) {
        if (host === '::1' && (error as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL') this.skip(); // A machine without IPv6.
        throw error;
      }
      const env = envOf((server.address() as AddressInfo).port.toString());
      try {
        expect(await Promise.all([exitCode('live', env), exitCode('ready', env)])).to.deep.equal([0, 1]);
      } finally {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      expect(await exitCode('live', env)).to.equal(1);
    });
  }
});

describe('docs/configuration.md', () => {
  it('has a row for every variable that Parley reads, and no other, with its default', async () => {
    const section = await text('docs/configuration.md');
    const rows = section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()));
    const named = rows.flatMap(([, names = '']) => [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!));
    expect(named).to.have.members(variableNames());
    const defaults = new Environment() as unknown as Record<string, string | number | undefined>;
    for (const [, names = '', , given = ''] of rows) {
      for (const [, name] of names.matchAll(/`([A-Z_]+)`/g)) {
        const value = defaults[name!];
        if (value === undefined || value === '') continue;
        const shown = name === 'TOKEN_TTL_SECONDS' ? '7 days' : String(value);
        expect(given, name).to.include(shown);
      }
    }
    for (const name of secretVariables) expect(section).to.include(name);
    expect(section).to.include('`_FILE`');
  });
});
