// Holds the document of /v1 against the recommended rules of Redocly and of Spectral; what either says is a fault.
import 'reflect-metadata';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { openApiDocument } from '../dist/api/v1/openapi.js';
import { v1Operations } from '../dist/api/v1/operations.js';

// Declarations only: their handlers are never called here.
const document = openApiDocument(v1Operations({}));

const redocly = await lintFromString({
  source: JSON.stringify(document, null, 2),
  config: await createConfig({ extends: ['recommended'] }),
});
const linter = new spectralCore.Spectral();
linter.setRuleset({ extends: [[rulesets.oas, 'recommended']] });
const spectral = await linter.run(document);

const found = [
  ...redocly.map(({ ruleId, message, location }) => `redocly ${ruleId}: ${message} (${location[0]?.pointer ?? ''})`),
  ...spectral.map(({ code, message, path }) => `spectral ${String(code)}: ${message} (${path.join('/')})`),
];
for (const line of found) process.stderr.write(`${line}\n`);
process.stdout.write(`The document of /v1: ${found.length.toString()} faults by the rules of Redocly and Spectral\n`);
if (found.length > 0) process.exitCode = 1;
