import { integer, readJson as readLossless } from '../shared/lossless-json.js';

/** As this API's bodies are read: a number that isn't written as an integer is NaN, for no member of it may be one. */
export const readJson = (text: string): unknown => readLossless(text, integer);
