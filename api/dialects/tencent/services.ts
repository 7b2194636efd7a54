import type { ApiServices } from '../../services.js';

/** What the dialect is made on. */
export type TencentServices = ApiServices;
