import type { ApiServices } from '../../services.js';
import type { Operation } from './operation.js';

/** What the dialect is made on. */
export type DtalkServices = ApiServices;

/** 002's API. */
export const dtalkOperations: (services: DtalkServices) => Operation[] = () => [];
