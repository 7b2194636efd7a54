import type { Operation } from '../operation.js';
import type { SealtalkServices } from '../services.js';
import { groupCommandOperations } from './commands.js';
import { memberInfoOperations } from './member-info.js';
import { groupNoticeOperations } from './notices.js';
import { groupQueryOperations } from './queries.js';
import { groupSettingOperations } from './settings.js';

/** The 30 operations of seed 004: everything under `/group`. */
export const groupOperations = (services: SealtalkServices): Operation[] => [
  ...groupCommandOperations(services),
  ...groupSettingOperations(services),
  ...memberInfoOperations(services),
  ...groupNoticeOperations(services),
  ...groupQueryOperations(services),
];
