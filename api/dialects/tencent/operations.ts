import { groupOperations } from './group-operations.js';
import type { Operation } from './operation.js';
import type { TencentServices } from './services.js';

/** 001's group service. */
export function tencentOperations(services: TencentServices): Operation[] {
  return [...groupOperations(services)];
}
