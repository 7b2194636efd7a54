import findMyWay, { type HTTPMethod } from 'find-my-way';

export interface Found<Target> {
  readonly target: Target;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** How paths are read; by default their letter case and each of their slashes count. */
export interface PathRules {
  /** `/User/Login` is `/user/login`; parameters stay as they are. */
  readonly anyCase?: boolean;
  /** `/user//login/` is `/user/login`. */
  readonly looseSlashes?: boolean;
}

/**
 * What is served at which path and by which method; HEAD is served as GET.
 * find-my-way walks a tree of prefixes. Express's own router tries one route after the other and makes several objects
 * for each that doesn't match, a fifth of all that outlived a request of `/v1`.
 */
export class Routes<Target extends object> {
  readonly #router: ReturnType<typeof findMyWay>;
  readonly #methods = new Set<HTTPMethod>();

  constructor({ anyCase = false, looseSlashes = false }: PathRules = {}) {
    this.#router = findMyWay({
      caseSensitive: !anyCase,
      ignoreTrailingSlash: looseSlashes,
      ignoreDuplicateSlashes: looseSlashes,
      maxParamLength: Number.MAX_SAFE_INTEGER,
      onBadUrl: () => undefined,
    });
  }

  /** `template`: `/groups/{groupId}/mute`. */
  add(method: string, template: string, target: Target): void {
    const verb = method.toUpperCase() as HTTPMethod;
    this.#methods.add(verb);
    this.#router.on(verb, template.replaceAll(/\{(\w+)\}/g, ':$1'), () => undefined, target);
  }

  /**
   * The target; or, for a path that is served by other methods only, those; or undefined.
   * @throws URIError for a path with a broken escape.
   */
  find(method: string, path: string): Found<Target> | { readonly allowed: readonly string[] } | undefined {
    const found = this.#at(method === 'HEAD' ? 'GET' : method, path);
    if (found !== undefined) return found;
    const allowed = [...this.#methods].filter((other) => this.#at(other, path) !== undefined);
    return allowed.length > 0 ? { allowed } : undefined;
  }

  #at(method: string, path: string): Found<Target> | undefined {
    const found = this.#router.find(method as HTTPMethod, path);
    if (found === null) return undefined;
    const params = found.params as Readonly<Record<string, string>>;
    const target = found.store as Target | null;
    if (target === null) throw new URIError('the path holds a broken escape');
    // To find-my-way nothing between two slashes is a parameter, too.
    return Object.values(params).includes('') ? undefined : { target, params };
  }
}
