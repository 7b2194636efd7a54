import type { Edge } from '../../http/edge.js';
import { failed } from './envelope.js';
import { writeJson } from './json.js';

const TYPE = 'application/json; charset=utf-8';

/** What is said in the place of 002's API. */
export const dtalkEdge: Edge = {
  refused: ({ status, title }) => ({
    status,
    type: TYPE,
    text: writeJson(failed(status < 500 ? 'badParameters' : 'inner', title)),
  }),
  starting: (detail) => ({ status: 200, type: TYPE, text: writeJson(failed('inner', detail)) }),
};
