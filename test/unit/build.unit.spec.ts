import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { repositoryRoot } from '../support/repository-root.js';

const run = promisify(execFile);

const SCHEMA_READER = `import { readFileSync } from 'node:fs';
export const schema = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8');
`;

describe('the build', () => {
  let folder: string;
  const build = (...words: string[]): Promise<unknown> =>
    run(process.execPath, [join(folder, 'scripts/build.mjs'), ...words]);
  const out = (path: string): string => join(folder, 'dist', path);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-build-'));
    const root = repositoryRoot();
    await mkdir(join(folder, 'domain'));
    await mkdir(join(folder, 'cli/demo'), { recursive: true });
    await mkdir(join(folder, 'test'));
    await cp(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) await cp(join(root, file), join(folder, file));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'main.ts'), "import type { A } from './domain/a.js';\nexport const a: A = 1;\n");
    await writeFile(join(folder, 'domain/a.ts'), 'export type A = number;\n');
    for (const path of ['cli/main.ts', 'cli/demo/main.ts'])
      await writeFile(join(folder, path), "import { v7 } from 'uuid';\nconsole.log(v7().length);\n");
    await writeFile(join(folder, 'domain/schema.sql'), 'SELECT 1;\n');
    await writeFile(join(folder, 'test/gone.spec.ts'), "throw new Error('it runs');\n");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('compiles code, copies what is read beside it, and drops types', async () => {
    await build();
    expect(await readFile(out('domain/schema.sql'), 'utf8')).to.equal('SELECT 1;\n');
    const code = await readFile(out('main.js'), 'utf8');
    expect(code).to.include('export const a = 1;').and.not.include('import');
    expect(code).to.match(/\/\/# sourceMappingURL=main\.js\.map\n$/);
    expect((JSON.parse(await readFile(out('main.js.map'), 'utf8')) as { sources: string[] }).sources).to.deep.equal([
      '../main.ts',
    ]);
  });

  it('given a source that is gone and one that changed, then what came of the first is gone, and the second is new', async () => {
    await build();
    await rm(join(folder, 'test/gone.spec.ts'));
    await rm(join(folder, 'domain/schema.sql'));
    await writeFile(join(folder, 'main.ts'), 'export const a = 2;\n');
    await build();
    expect(
      ['test/gone.spec.js', 'test/gone.spec.js.map', 'domain/schema.sql'].map(out).filter(existsSync),
    ).to.deep.equal([]);
    expect(await readFile(out('main.js'), 'utf8')).to.include('a = 2');
  });

  it('given an output that somebody removed, then it is made again', async () => {
    await build();
    await rm(out('main.js.map'));
    await build();
    expect(existsSync(out('main.js.map'))).to.equal(true);
  });

  it('puts what is started and the packages into files that need no others, and they find what lies beside their code', async () => {
    await writeFile(join(folder, 'domain/schema.ts'), SCHEMA_READER);
    await writeFile(join(folder, 'domain/schema.sql'), 'SELECT 2;\n');
    const source = join(folder, 'cli/main.ts');
    await writeFile(
      source,
      "import { schema } from '../domain/schema.js';\nimport { v7 } from 'uuid';\nconsole.log(v7().length, schema);\n",
    );
    await build('--program');
    const started = await run(process.execPath, [out('program/parley.js')]);
    expect(started.stdout).to.equal('36 SELECT 2;\n\n');
    expect(await readFile(out('program/parley.js'), 'utf8')).not.to.match(/from ['"]uuid['"]/);

    const { mtimeMs } = await stat(out('program/parley.js'));
    await build('--program');
    expect((await stat(out('program/parley.js'))).mtimeMs, 'nothing has changed').to.equal(mtimeMs);
    await writeFile(source, "throw new Error('where');\n");
    await build('--program');
    const failed = await run(process.execPath, ['--enable-source-maps', out('program/parley.js')]).catch(
      (error: unknown) => (error as { stderr: string }).stderr,
    );
    expect(failed).to.include(`${source}:1:`);
  });

  it('of the program alone, it neither makes the tests nor takes away those that are there', async () => {
    const [old, fresh] = ['old', 'fresh'].map((name) => ({
      source: join(folder, `test/${name}.ts`),
      output: out(`test/${name}.js`),
    }));
    await writeFile(old!.source, 'export const a = 1;\n');
    await build();
    await rm(old!.source);
    await writeFile(fresh!.source, 'export const a = 1;\n');
    await writeFile(join(folder, 'main.ts'), 'export const a = 3;\n');
    await build('--program');
    expect(await readFile(out('main.js'), 'utf8')).to.include('a = 3');
    expect([existsSync(old!.output), existsSync(fresh!.output)]).to.deep.equal([true, false]);
    await build();
    expect([existsSync(old!.output), existsSync(fresh!.output)]).to.deep.equal([false, true]);
  });

  it('given what is no code, then it fails with its name, and again until it is mended', async () => {
    const source = join(folder, 'domain/a.ts');
    await writeFile(source, 'export const = 1;\n');
    for (let round = 0; round < 2; round++) {
      const failure = await build().catch((error: unknown) => error as { code: number; stderr: string });
      expect(failure).to.have.property('code', 1);
      expect((failure as { stderr: string }).stderr).to.include('domain/a.ts');
    }
    await writeFile(source, 'export const b = 1;\n');
    await build();
  });
});

describe('the look at the version of Node', () => {
  it('says one sentence where it is too old, in words that an old one understands', async () => {
    const script = join(repositoryRoot(), 'scripts/node-version.cjs');
    const as = (version: string): Promise<string> =>
      run(process.execPath, [
        '-e',
        `Object.defineProperty(process, 'versions', { value: { node: '${version}' } }); require(${JSON.stringify(script)})`,
      ]).then(
        () => '',
        (error: unknown) => (error as { stderr: string }).stderr,
      );
    for (const old of ['12.22.12', '18.20.8', '20.18.3'])
      expect(await as(old)).to.match(/^Parley needs Node 20\.19 or later; this is v\S+\.\n$/);
    for (const good of ['20.19.0', '22.0.0', '100.0.0']) expect(await as(good)).to.equal('');
    const { engines } = JSON.parse(await readFile(join(repositoryRoot(), 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).to.equal('>=20.19');
  });
});
