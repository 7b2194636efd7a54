import { declared, type Declaration, type Nothing, type Operation as Shared } from '../shared/operation.js';

/** Every operation is for app admins. */
export type Access = 'appAdmin';

/** What an answer has beside its envelope. */
export type Answer = object;

export type Operation = Shared<Access, Answer>;

/** Of the one service that is served. */
export const SERVICE = '/v4/group_open_http_svc';

type Declared<Body extends object> = Omit<
  Declaration<Access, Answer, Body, Nothing, Nothing>,
  'method' | 'access' | 'path' | 'also' | 'large'
> & {
  /** As it stands in the URL: `create_group`. */
  readonly command: string;
  /** Its names of another time. */
  readonly alsoNamed?: readonly string[];
};

/** One command of 001's group service. */
export const operation = <Body extends object>({
  command,
  alsoNamed = [],
  ...declaration
}: Declared<Body>): Operation =>
  declared({
    method: 'POST',
    access: 'appAdmin',
    path: `${SERVICE}/${command}`,
    also: alsoNamed.map((name) => ({ method: 'POST', path: `${SERVICE}/${name}` })),
    ...declaration,
  });
