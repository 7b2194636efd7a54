import { applicationOperations } from './applications.js';
import { GroupIds } from './group-ids.js';
import { GroupLooks } from './group-looks.js';
import { groupOperations } from './group-operations.js';
import { groupQueryOperations } from './group-queries.js';
import { memberOperations } from './member-operations.js';
import type { Operation } from './operation.js';
import type { DtalkServices } from './services.js';

/** 002's API, and what its group service has beside the published text. */
export function dtalkOperations(services: DtalkServices): Operation[] {
  const grounds = { groupIds: new GroupIds(services.numbers) };
  const looks = new GroupLooks(services);
  return [
    ...groupOperations(services, grounds),
    ...memberOperations(services, grounds, looks),
    ...groupQueryOperations(services, grounds, looks),
    ...applicationOperations(services, grounds, looks),
  ];
}
