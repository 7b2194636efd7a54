import type { Edge } from '../../http/edge.js';

/** Errors of 004 are their text, nothing else; browsers are told it is HTML, so that what a caller sent never stands in one. */
export const TEXT = 'text/html; charset=utf-8';

/** What is said in the place of 004's API. */
export const sealtalkEdge: Edge = {
  refused: ({ status, title }) => ({ status, type: TEXT, text: title }),
  starting: (detail) => ({ status: 503, type: TEXT, text: detail }),
};
