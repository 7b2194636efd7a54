import { groupPresets } from '../../../domain/group/presets.js';
import { IsTextWithin } from './bounded.js';

const { customFields } = groupPresets.parley.rules.values.limits;

/** Every preset bounds them alike. */
export const CUSTOM_FIELDS = customFields.count;

export class CustomFieldDto {
  @IsTextWithin(customFields.key, 'Once in a list.', { examples: ['colour'] })
  key!: string;

  @IsTextWithin(customFields.value, '', { examples: ['green'] })
  value!: string;
}
