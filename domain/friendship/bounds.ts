import { checkAll } from '../shared/errors.js';
import { type Bound, checkName, checkText } from '../shared/text.js';
import type { FriendCardChanges } from './events.js';
import { cardFields } from './state.js';

/** 003 knows no bounds here; these are for what stands in lists of a thousand, and far above what anybody means. */
export const friendshipLimits = {
  message: { min: 0, max: 1_024, unit: 'characters' },
  ext: { min: 0, max: 4_096, unit: 'bytes' },
  remark: { min: 0, max: 128, unit: 'characters' },
  description: { min: 0, max: 1_024, unit: 'characters' },
  phone: { min: 0, max: 128, unit: 'characters' },
  region: { min: 0, max: 128, unit: 'characters' },
  image: { min: 0, max: 1_024, unit: 'characters' },
} as const satisfies Readonly<Record<string, Bound>>;

/** What goes with a request, an answer or a block. @throws InvalidArgument */
export function checkWords({ message, ext }: { readonly message?: string; readonly ext?: string }): void {
  checkAll(
    () => {
      if (message !== undefined) checkText('message', message, friendshipLimits.message);
    },
    () => {
      if (ext !== undefined) checkText('ext', ext, friendshipLimits.ext);
    },
  );
}

/** @throws InvalidArgument for all that is wrong */
export function checkFriendCard(changes: FriendCardChanges): void {
  checkAll(
    ...cardFields.map((field) => () => {
      const text = changes[field];
      // A remark stands where a name would.
      if (text != null) (field === 'remark' ? checkName : checkText)(field, text, friendshipLimits[field]);
    }),
  );
}
