import { readFileSync } from 'node:fs';

export interface Given {
  readonly values: Readonly<Record<string, string>>;
  /** A sentence for each file that gives no value; none repeats what is in it. */
  readonly problems: string[];
  /** Variables whose file gives no value: that they are missing needs no second complaint. */
  readonly unreadable: ReadonlySet<string>;
  /** Set, but to nothing or to white space: each counts as not set. */
  readonly blank: readonly string[];
}

/** As large as a value may be, bytes: a path to a log or a disk is a mistake, not a secret. */
const MAX_BYTES = 65_536;

/**
 * What is set of these variables: `NAME` itself or, for those in `secret`, the content of the file that `NAME_FILE` names,
 * without the white space around it (the convention of container images). An empty variable counts as one that isn't set;
 * an empty file is a problem, because whoever names a file means to set something.
 */
export function givenVariables(
  names: readonly string[],
  secret: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Given {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  const unreadable = new Set<string>();
  const blank: string[] = [];
  for (const name of names) {
    blank.push(...[name, ...(secret.includes(name) ? [`${name}_FILE`] : [])].filter((one) => env[one]?.trim() === ''));
    const value = env[name]?.trim() ?? '';
    const path = secret.includes(name) ? (env[`${name}_FILE`]?.trim() ?? '') : '';
    if (value !== '') values[name] = value;
    if (path === '') continue;
    const text = contentOf(path);
    if (value !== '') {
      problems.push(`${name} and ${name}_FILE are both set; leave one out.`);
    } else if (typeof text === 'string' && text !== '') {
      values[name] = text;
    } else {
      unreadable.add(name);
      const why = typeof text === 'string' ? 'is empty' : text.because;
      problems.push(`${name}_FILE names ${path}, which ${why}.`);
    }
  }
  return { values, problems, unreadable, blank };
}

function contentOf(path: string): string | { readonly because: string } {
  try {
    const content = readFileSync(path);
    if (content.length > MAX_BYTES) return { because: `has more than ${MAX_BYTES.toString()} bytes` };
    return content.toString('utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { because: `can't be read (${code})` };
  }
}
