// After `npm ci`: compiles the program, so that the first start doesn't wait for it. An installation without dev dependencies has
// no compiler, and is given what was compiled elsewhere.
import { createRequire } from 'node:module';

function hasCompiler() {
  try {
    createRequire(import.meta.url).resolve('@swc/core');
    return true;
  } catch {
    return false;
  }
}

if (hasCompiler()) {
  process.argv.push('--program');
  await import('./build.mjs');
  // What doesn't compile is said again by the start; the installation is whole.
  process.exitCode = 0;
}
