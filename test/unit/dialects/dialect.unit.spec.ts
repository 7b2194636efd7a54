import { expect } from 'chai';
import { IsInt, IsString } from 'class-validator';
import express from 'express';
import { registrationContext, requestContext } from '../../../api/dialects/shared/context.js';
import { type Dialect, serving } from '../../../api/dialects/shared/dialect.js';
import { type Call, declared, nameOf, type Operation } from '../../../api/dialects/shared/operation.js';
import { answerJson } from '../../../api/http/answer.js';
import { jsonBody, MAX_STRANGERS_BODY_BYTES } from '../../../api/http/body.js';
import { listen, type RunningServer } from '../../../api/http/server.js';
import { InputInvalid } from '../../../api/http/validation.js';
import { silentLogger } from '../../support/silent-logger.js';

class Greeting {
  @IsString()
  text!: string;
}
class Paged {
  @IsString()
  size!: string;
}
class ById {
  @IsString()
  id!: string;
}
class Counted {
  @IsInt()
  count!: number;
}

type Answer = Readonly<Record<string, unknown>>;
type Access = 'open' | 'known';
type Op = Operation<Access, Answer>;

describe('what dialects share', () => {
  let server: RunningServer | undefined;
  afterEach(() => server?.stop());

  const dialect = (more: Partial<Dialect<Access, Answer, { readonly said: string }>> = {}) => ({
    name: 'odd',
    callers: {
      of: (request: express.Request) => {
        const id = request.get('who');
        const actor = id === undefined ? undefined : ({ kind: 'user', id } as const);
        return Promise.resolve({ tenant: 't', actor });
      },
    },
    bodies: (limit: number) => jsonBody({ anyType: true, limit }),
    refusalOf: (error: unknown, { path, by = 'nobody' }: { readonly path: string; readonly by?: string }) => ({
      said: `${path} by ${by}: ${error instanceof InputInvalid ? error.message : String(error)}`,
    }),
    unforeseen: { said: 'unforeseen' },
    told: () => ({}),
    answer: (response: express.Response, answer: Answer) => {
      answerJson(response, 200, answer);
    },
    refuse: (response: express.Response, refusal: { readonly said: string }) => {
      answerJson(response, 400, refusal);
    },
    unserved: (_: express.Request, response: express.Response) => {
      answerJson(response, 404, { said: 'nothing' });
    },
    ...more,
  });

  async function serve(operations: readonly Op[], more: Parameters<typeof dialect>[0] = {}): Promise<void> {
    const api = serving(dialect(more), {
      operations,
      ownWrites: { shown: () => Promise.resolve() },
      log: silentLogger,
    });
    server = await listen(express().use('/odd', api).use(api), { host: '127.0.0.1', port: 0 });
  }
  const ask = async (
    method: string,
    path: string,
    body?: object | string,
    headers: Readonly<Record<string, string>> = { who: 'ann' },
  ): Promise<readonly [number, unknown]> => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${server?.url ?? ''}${path}`, { method, headers, ...sent });
    return [response.status, await response.json()];
  };
  /** What a command is told of the request that it came by. */
  const told = (call: Call): Promise<Answer> => {
    const { via, idempotency } = requestContext(call);
    return Promise.resolve({ via, ...idempotency });
  };

  it('hand a handler what its classes say of path, query and body, each checked', async () => {
    const get = declared<Access, Answer, object, Paged, ById>({
      method: 'GET',
      path: '/groups/{id}/members',
      access: 'known',
      Params: ById,
      Query: Paged,
      handle: ({ params, query, body, path }) => Promise.resolve({ id: params.id, size: query.size, body, path }),
    });
    await serve([get]);
    expect(await ask('GET', '/groups/g%2F1/members?size=3&more=1')).to.deep.equal([
      200,
      { id: 'g/1', size: '3', body: {}, path: '/groups/{id}/members' },
    ]);
    expect(await ask('GET', '/groups/g/members')).to.deep.equal([
      400,
      { said: 'GET /groups/{id}/members by ann: /size: is missing' },
    ]);
    expect(await ask('POST', '/groups/g/members')).to.deep.equal([404, { said: 'nothing' }]);
  });

  it('find an operation at each of its places, below each prefix, and it is one and the same', async () => {
    const op = declared<Access, Answer, Greeting>({
      method: 'POST',
      path: '/greet',
      also: [{ method: 'PUT', path: '/greeting' }],
      access: 'known',
      Body: Greeting,
      handle: told,
    });
    await serve([op], { prefixes: ['', '/app'] });
    const headers = { who: 'ann', 'idempotency-key': 'k' };
    const answers = await Promise.all([
      ask('POST', '/greet', { text: 'hi' }, headers),
      ask('POST', '/odd/app/greet', { text: 'hi' }, headers),
      ask('PUT', '/greeting', { text: 'hi' }, headers),
      ask('PUT', '/odd/greeting', { text: 'hi' }, headers),
    ]);
    const [[status, first] = [0, {}], ...others] = answers;
    expect(status).to.equal(200);
    expect(first).to.include({ via: 'odd:/greet', operation: '/greet', key: 'k' });
    for (const [, other] of others) expect(other).to.deep.equal(first);
    const [, otherwise] = await ask('POST', '/greet', { text: 'ho' }, headers);
    expect(otherwise).to.not.deep.equal(first);
    expect(await ask('PUT', '/greet', { text: 'hi' })).to.deep.equal([404, { said: 'nothing' }]);
  });

  it('keep apart under one key what the path or the query says, and one path’s methods', async () => {
    const at = (method: 'POST' | 'DELETE'): Op =>
      declared<Access, Answer, Counted, Partial<Paged>, ById>({
        method,
        path: '/fav/{id}',
        access: 'known',
        Params: ById,
        handle: told,
      });
    await serve([at('POST'), at('DELETE')]);
    const asked = async (method: string, path: string): Promise<Readonly<Record<string, unknown>>> => {
      const [, answer] = await ask(method, path, '', { who: 'ann', 'idempotency-key': 'k' });
      return answer as Readonly<Record<string, unknown>>;
    };
    const one = await asked('POST', '/fav/a');
    expect((await asked('POST', '/fav/b'))['bodyHash']).to.not.equal(one['bodyHash']);
    const gone = await asked('DELETE', '/fav/a');
    expect(gone['via']).to.equal('odd:DELETE /fav/{id}');
    expect(gone['operation']).to.not.equal(one['operation']);
  });

  it('read paths as loosely as the dialect says, and parameters as they are', async () => {
    const op = declared<Access, Answer, object, object, ById>({
      method: 'GET',
      path: '/user/{id}',
      access: 'open',
      Params: ById,
      handle: ({ params }) => Promise.resolve({ id: params.id }),
    });
    await serve([op], { paths: { anyCase: true, looseSlashes: true } });
    for (const path of ['/user/aB', '/User/aB', '//user//aB/', '/odd//USER/aB', '/ODD/user/aB/']) {
      expect(await ask('GET', path), path).to.deep.equal([200, { id: 'aB' }]);
    }
    await server?.stop();
    await serve([op]);
    for (const path of ['/User/aB', '//user/aB', '/user/aB/', '/user//aB']) {
      expect((await ask('GET', path))[0], path).to.equal(404);
    }
  });

  it('take little of a stranger, unless who calls is shown in what he sends', async () => {
    const text = 'a'.repeat(MAX_STRANGERS_BODY_BYTES);
    const op = { method: 'POST', access: 'open', Body: Greeting, handle: () => Promise.resolve({ ok: true }) } as const;
    await serve([
      declared<Access, Answer, Greeting>({ path: '/small', ...op }),
      declared<Access, Answer, Greeting>({ path: '/large', large: true, ...op }),
    ]);
    expect(await ask('POST', '/small', { text }, {})).to.deep.equal([
      400,
      { said: '/small by nobody: PayloadTooLargeError: request entity too large' },
    ]);
    expect((await ask('POST', '/small', { text }))[0]).to.equal(200);
    expect((await ask('POST', '/large', { text }, {}))[0]).to.equal(200);
  });

  it('refuse an idempotency key that can be none, and a caller who is needed and unknown', async () => {
    const op = (path: `/${string}`, handle: Op['handle']): Op =>
      declared<Access, Answer>({ method: 'POST', path, access: 'open', handle });
    await serve([op('/whoever', (call) => Promise.resolve({ ...registrationContext(call) })), op('/somebody', told)]);
    const [, said] = await ask('POST', '/whoever', '', { 'idempotency-key': 'ä' });
    expect(said).to.deep.equal({
      said: '/whoever by nobody: Idempotency-Key: must be 1 to 255 visible ASCII characters',
    });
    expect(await ask('POST', '/somebody', '', {})).to.deep.equal([400, { said: '/somebody by nobody: CallerUnknown' }]);
  });

  it('name an operation by its path, and by its method where that is not POST', () => {
    expect(nameOf({ method: 'POST', path: '/a' })).to.equal('/a');
    expect(nameOf({ method: 'DELETE', path: '/a' })).to.equal('DELETE /a');
  });
});
