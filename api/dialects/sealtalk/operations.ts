import type { ApiServices } from '../../services.js';
import type { Operation } from './operation.js';

/** What the dialect is made on. */
export type SealtalkServices = ApiServices;

/** 004's API, and what its clients call beside it. */
export const sealtalkOperations: (services: SealtalkServices) => Operation[] = () => [];
