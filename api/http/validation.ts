import { plainToInstance } from 'class-transformer';
import { type ValidationError, validate } from 'class-validator';

export type DtoClass<T extends object = object> = new () => T;

/** One thing that is wrong with what was sent. `pointer` is a JSON pointer into the body, or the parameter's name. */
export interface InputProblem {
  readonly pointer: string;
  readonly detail: string;
}

/** Thrown when input doesn't fit its class; each API shows it in its own shape. */
export class InputInvalid extends Error {
  override readonly name = 'InputInvalid';
  constructor(
    readonly where: 'body' | 'query' | 'path' | 'header',
    readonly problems: readonly InputProblem[],
  ) {
    super(problems.map((p) => `${p.pointer}: ${p.detail}`).join('; '));
  }
}

/**
 * Checks plain input against a class-validator class; every problem is listed. Unknown members are refused, or left out
 * where an API's clients send more than it knows.
 */
export async function checked<T extends object>(
  Dto: DtoClass<T>,
  plain: unknown,
  where: InputInvalid['where'],
  { unknown = 'refused' }: { readonly unknown?: 'refused' | 'leftOut' } = {},
): Promise<T> {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw new InputInvalid(where, [{ pointer: '', detail: 'must be an object' }]);
  }
  // JSON.parse makes it an own member; class-transformer would pass over it in silence.
  if (Object.hasOwn(plain, '__proto__'))
    throw new InputInvalid(where, [{ pointer: '/__proto__', detail: 'should not exist' }]);
  if (isDeeper(plain, DEEPEST)) throw new InputInvalid(where, [{ pointer: '', detail: 'is nested too deeply' }]);
  const instance = plainToInstance(Dto, plain, { exposeDefaultValues: true });
  const errors = await validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: unknown === 'refused',
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw new InputInvalid(where, flatten(errors, ''));
  return instance;
}

/** No input of any API has more levels; what comes after is recursive and would run out of stack. */
const DEEPEST = 32;

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1)));

function flatten(errors: readonly ValidationError[], parent: string): InputProblem[] {
  return errors.flatMap((error) => {
    const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 200)}`;
    const own = Object.values(error.constraints ?? {}).map((detail) => ({ pointer, detail: detail.slice(0, 300) }));
    return [...own, ...flatten(error.children ?? [], pointer)];
  });
}
