import { groupOperations } from './groups/operations.js';
import type { Operation } from './operation.js';
import type { SealtalkServices } from './services.js';

/** 004's API, and what its clients call beside it. */
export const sealtalkOperations = (services: SealtalkServices): Operation[] => [...groupOperations(services)];
