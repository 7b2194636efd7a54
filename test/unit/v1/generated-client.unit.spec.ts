import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { openApiDocument } from '../../../api/v1/openapi.js';
import { v1Operations, type V1Services } from '../../../api/v1/operations.js';
import { repositoryRoot } from '../../support/repository-root.js';

/** As a consumer's own project would have it. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  lib: ['lib.es2022.d.ts'],
  // Of the library; what is generated is no declaration file here.
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
};

describe('a client generated from the document of /v1', () => {
  it('compiles under --strict, with every page, receipt and null', async function () {
    this.timeout(60_000);
    const directory = await mkdtemp(join(tmpdir(), 'parley-client-'));
    try {
      const document = openApiDocument(v1Operations({} as V1Services));
      const types = astToString(await openapiTS(JSON.stringify(document)));
      const source = await readFile(join(repositoryRoot(), 'test/generated-client/client.ts'), 'utf8');
      const client = join(directory, 'client.ts');
      await Promise.all([
        writeFile(client, source),
        writeFile(join(directory, 'schema.ts'), types),
        writeFile(join(directory, 'package.json'), '{ "type": "module" }'),
      ]);
      const program = ts.createProgram([client], OPTIONS);
      const wrongs = ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
        const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1;
        return `${file?.fileName.split('/').at(-1) ?? ''}:${line.toString()} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      });
      expect(wrongs).to.deep.equal([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('is tried with every operation that answers anything', async () => {
    const source = await readFile(join(repositoryRoot(), 'test/generated-client/client.ts'), 'utf8');
    const untried = v1Operations({} as V1Services)
      .filter(({ success, operationId }) => success.Schema !== undefined && operationId !== 'logIn')
      .map(({ operationId }) => operationId)
      .filter((operationId) => !source.includes(`call('${operationId}'`));
    expect(untried).to.deep.equal([]);
  });
});
