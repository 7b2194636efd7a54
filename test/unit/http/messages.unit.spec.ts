import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { ExpressMessages } from '../../../api/http/messages.js';
import { listen } from '../../../api/http/server.js';

function named(name: string): express.Express {
  const app = express();
  app.set('name', name);
  app.get('/', (request, response) => {
    response.json({ name: request.app.get('name') as string, of: response.app.get('name') as string, ip: request.ip });
  });
  return app;
}

const asked = async (url: string): Promise<unknown> => (await fetch(url)).json();

describe('messages of an Express application', () => {
  it('are born with the prototypes that Express wants, so that it changes none', async () => {
    const messages = new ExpressMessages();
    const app = named('a');
    messages.belongTo(app);
    const changed: boolean[] = [];
    const server = createServer(messages.options, (request, response) => {
      const born = [request, response].map((message) => Object.getPrototypeOf(message) as object);
      app(request, response);
      changed.push(...[request, response].map((message, i) => Object.getPrototypeOf(message) !== born[i]));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await asked(`http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`);
      expect(changed).to.deep.equal([false, false]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('belong to the application that is served, also when another follows it, and when one is served twice', async () => {
    const [first, second] = [named('first'), named('second')];
    const server = await listen(first, { host: '127.0.0.1', port: 0 });
    const other = await listen(first, { host: '127.0.0.1', port: 0 });
    try {
      expect(await asked(server.url)).to.deep.equal({ name: 'first', of: 'first', ip: '127.0.0.1' });
      expect(await asked(other.url)).to.deep.equal({ name: 'first', of: 'first', ip: '127.0.0.1' });
      server.serve(second);
      expect(await asked(server.url)).to.deep.equal({ name: 'second', of: 'second', ip: '127.0.0.1' });
      expect(await asked(other.url)).to.deep.equal({ name: 'first', of: 'first', ip: '127.0.0.1' });
    } finally {
      await Promise.all([server.stop(), other.stop()]);
    }
  });

  it('reach a listener that is no application of Express, too', async () => {
    const server = await listen((_request, response) => response.end('{"plain":true}'), { host: '127.0.0.1', port: 0 });
    try {
      expect(await asked(server.url)).to.deep.equal({ plain: true });
    } finally {
      await server.stop();
    }
  });
});
