import { hostname } from 'node:os';

/** As far as PostgreSQL keeps it. */
const LENGTH = 63;
const NAME = /^parley (.+) (\d+)@(.*)$/;

/** Who holds a lock, and what for, said by the name of the session that holds it: it can't outlive him. */
export interface SessionOwner {
  readonly doing: string;
  /** Of the operating system. */
  readonly pid: number;
  readonly host: string;
}

/** For a session of this process. */
export const sessionName = (doing: string): string =>
  `parley ${doing} ${process.pid.toString()}@${hostname()}`.slice(0, LENGTH);

/** Undefined for a session that says nothing of the kind. */
export function ownerOf(session: string): SessionOwner | undefined {
  const [, doing, pid, host] = NAME.exec(session) ?? [];
  return doing === undefined || host === undefined ? undefined : { doing, pid: Number(pid), host };
}
