import type { SharedSecret } from '../../../application/commands/shared-secret.js';
import type { PageRequest } from '../../../application/queries/page.js';
import type { ApiServices } from '../../services.js';
import { numberedPage } from '../shared/reading.js';
import type { RequestPagination } from './dto/common.js';

/** What the dialect is made on. */
export interface OpenimServices extends ApiServices {
  /** What a backend shows for tokens of its users. */
  readonly secret: SharedSecret;
}

export const pageOf = ({ pageNumber, showNumber }: RequestPagination): PageRequest & { readonly empty: boolean } =>
  numberedPage(pageNumber, showNumber);
