import type { Edge } from '../../http/edge.js';
import { failed } from './envelope.js';

/** What is said in the place of 003's API. */
export const openimEdge: Edge = {
  refused: ({ status, title }) => ({
    status,
    type: 'application/json; charset=utf-8',
    text: JSON.stringify(failed(status < 500 ? 'ArgsError' : 'ServerInternalError', title)),
  }),
  starting: (detail) => ({
    status: 200,
    type: 'application/json',
    text: JSON.stringify(failed('ServerInternalError', detail)),
  }),
};
