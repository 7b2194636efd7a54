import type { MemberFields } from '../../../application/commands/member-fields.js';
import type { ApiServices } from '../../services.js';

/** What the dialect is made on. */
export interface TencentServices extends ApiServices {
  readonly memberFields: MemberFields;
}
