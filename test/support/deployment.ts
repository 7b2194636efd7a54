import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { repositoryRoot } from './repository-root.js';

/** What the tests read of a compose file; the schema says that it is so (test/support/compose-spec). */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly args?: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly string[];
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  /** `source:target[:ro]` */
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly mem_limit?: string;
  readonly network_mode?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
}

/** With anchors and `<<` resolved, `$` as it stands. */
export const composeFile = (name: string): ComposeFile =>
  parse(readFileSync(join(repositoryRoot(), name), 'utf8'), { merge: true }) as ComposeFile;

/** Compose's own substitution, with nothing set: `${NAME:-default}`, and `$$` for one `$`. Any other form is refused. */
export function withNothingSet(text: string): string {
  return text.replace(
    /\$(?:\{[A-Z0-9_]+:-([^}]*)\}|(\$)|)/g,
    (found, otherwise: string | undefined, dollar?: string) => {
      if (otherwise === undefined && dollar === undefined) throw new Error(`${found} has no default in "${text}"`);
      return otherwise ?? '$';
    },
  );
}

/** scripts/container-dockerfile.mjs */
export interface DockerfileStep {
  readonly instruction: string;
  readonly text: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  /** The exec form's words. */
  readonly json?: readonly string[];
}

export interface DockerfileStage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly DockerfileStep[];
}

interface DockerfileReader {
  parseDockerfile(text: string): DockerfileStage[];
  allowedByDockerignore(text: string): string[];
}

/** The reader that the rehearsal uses; a script is not compiled, so its types are said here. */
export const dockerfileReader = async (): Promise<DockerfileReader> =>
  (await import(pathToFileURL(join(repositoryRoot(), 'scripts', 'container-dockerfile.mjs')).href)) as DockerfileReader;
