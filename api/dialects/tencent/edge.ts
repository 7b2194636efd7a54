import type { Edge } from '../../http/edge.js';
import { failed } from './envelope.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** What is said in the place of 001's API. */
export const tencentEdge: Edge = {
  refused: ({ status, title }) => ({
    status,
    type: JSON_TYPE,
    text: JSON.stringify(failed(status < 500 ? 'malformedUrl' : 'away', title)),
  }),
  starting: (detail) => ({ status: 200, type: JSON_TYPE, text: JSON.stringify(failed('away', detail)) }),
};
