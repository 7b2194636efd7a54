import type { ApiServices } from '../../services.js';
import type { SealtalkIds } from './ids.js';

/** What the dialect is made on. */
export interface SealtalkServices extends ApiServices {
  readonly ids: SealtalkIds;
}
