import { checkAll, refuse } from '../shared/errors.js';
import { checkName, checkText, isBlank, utf8LengthOf } from '../shared/text.js';
import type { CustomField, GroupSettingsChanges, MemberCardChanges } from './events.js';
import type { JoinPolicy, LengthBound, RuleValues } from './rules.js';

/** The bounds that a group's rules set to what people write; every refusal is InvalidArgument with the field. */

export interface ProfileTexts {
  readonly name?: string | undefined;
  readonly avatar?: string | null | undefined;
  readonly introduction?: string | null | undefined;
  readonly ext?: string | null | undefined;
  readonly customFields?: readonly CustomField[] | undefined;
}

/**
 * @throws InvalidArgument; where the rules want a name, also for one in which there is nothing to see (D1 set_group_info
 *   "name present and blank").
 */
export function checkProfile(values: RuleValues, texts: ProfileTexts): void {
  const { limits } = values;
  const { name, avatar, introduction, ext, customFields } = texts;
  checkAll(
    () => {
      if (name !== undefined) checkGroupName(name, limits.name);
    },
    () => {
      if (avatar != null) checkText('avatar', avatar, limits.avatar);
    },
    () => {
      if (introduction != null) checkText('introduction', introduction, limits.introduction);
    },
    () => {
      if (ext != null) checkText('ext', ext, limits.ext);
    },
    () => {
      if (customFields !== undefined) checkCustomFields(values, customFields);
    },
  );
}

function checkGroupName(name: string, bound: LengthBound): void {
  checkName('name', name, bound);
  if (bound.min > 0 && isBlank(name)) refuse('InvalidArgument', { field: 'name', reason: 'blank' });
}

function checkCustomFields(values: RuleValues, fields: readonly CustomField[]): void {
  const { count, key, value } = values.limits.customFields;
  if (fields.length > count) refuse('InvalidArgument', { field: 'customFields', reason: `more than ${count}` });
  for (const field of fields) {
    checkText('customFields.key', field.key, key);
    checkText('customFields.value', field.value, value);
  }
  if (new Set(fields.map((field) => field.key)).size < fields.length) {
    refuse('InvalidArgument', { field: 'customFields', reason: 'a key stands twice' });
  }
}

export function checkReason(values: RuleValues, reason: string): void {
  checkText('reason', reason, values.limits.reason);
}

export function checkMaximum(values: RuleValues, maximum: number): void {
  const highest = values.limits.maximum;
  if (!Number.isSafeInteger(maximum) || maximum < 1 || maximum > highest) {
    refuse('InvalidArgument', { field: 'maximum', reason: `must be a whole number from 1 to ${highest}` });
  }
}

export function checkJoinPolicy(values: RuleValues, { selfJoin, memberInvite }: JoinPolicy): void {
  const offered = values.joinPolicies;
  if (!offered.selfJoin.includes(selfJoin)) {
    refuse('InvalidArgument', {
      field: 'joinPolicy.selfJoin',
      reason: `must be one of ${offered.selfJoin.join(', ')}`,
    });
  }
  if (!offered.memberInvite.includes(memberInvite)) {
    const reason = `must be one of ${offered.memberInvite.join(', ')}`;
    refuse('InvalidArgument', { field: 'joinPolicy.memberInvite', reason });
  }
}

/** Fields of a card for which no API has a bound of its own. */
export const CARD_LINE = { min: 0, max: 128, unit: 'characters' } as const;
/** What one person attaches to himself stands in everybody's lists, a thousand to a page: less than a group's own. */
export const PERSONAL_EXT = { min: 0, max: 4_096, unit: 'bytes' } as const;
/** All of a card's texts together, bytes of UTF-8. */
const CARD_BYTES = 8_192;

export function checkCard(values: RuleValues, card: MemberCardChanges): void {
  const { limits } = values;
  const { nickname, avatar, ext } = card;
  checkAll(
    () => {
      if (nickname != null) checkName('card.nickname', nickname, limits.cardName);
    },
    () => {
      if (avatar != null) checkText('card.avatar', avatar, limits.avatar);
    },
    () => {
      if (ext != null) checkExt('card.ext', ext, values);
    },
    ...(['region', 'phone', 'wechat', 'alipay'] as const).map((field) => () => {
      const text = card[field];
      if (text != null) checkText(`card.${field}`, text, CARD_LINE);
    }),
  );
  if (card.description != null) {
    const { count, value } = limits.customFields;
    if (card.description.length > count)
      refuse('InvalidArgument', { field: 'card.description', reason: `more than ${count}` });
    for (const line of card.description) checkText('card.description', line, value);
  }
  if (card.customFields != null) checkCustomFields(values, card.customFields);
  if (textsOf(card).reduce((sum, text) => sum + utf8LengthOf(text), 0) > CARD_BYTES) {
    refuse('InvalidArgument', { field: 'card', reason: `longer than ${CARD_BYTES} bytes in all` });
  }
}

const textsOf = (card: MemberCardChanges): string[] => Object.values(card).flatMap(textsIn);

function textsIn(value: MemberCardChanges[keyof MemberCardChanges]): string[] {
  if (typeof value === 'string') return [value];
  return (value ?? []).flatMap((item) => (typeof item === 'string' ? [item] : [item.key, item.value]));
}

/** What a person attaches to his card or his request, for programs to read. */
export function checkExt(field: string, ext: string, { limits }: RuleValues): void {
  checkText(field, ext, limits.ext);
  checkText(field, ext, PERSONAL_EXT);
}

export function checkAnnouncement(values: RuleValues, text: string): void {
  checkText('announcement', text, values.limits.announcement);
}

/** What goes with an invitation, a request, an answer. */
export function checkMessage(values: RuleValues, message: string | undefined): void {
  if (message !== undefined) checkText('message', message, values.limits.reason);
}

/** A time that is not to come, ms UTC. */
export function checkPast(field: string, time: number, at: number): void {
  if (!Number.isSafeInteger(time) || time < 0 || time > at) {
    refuse('InvalidArgument', { field, reason: 'must be whole milliseconds UTC, not in the future' });
  }
}

export function checkSettings({ retention }: GroupSettingsChanges): void {
  if (retention != null && (!Number.isSafeInteger(retention) || retention <= 0)) {
    refuse('InvalidArgument', { field: 'settings.retention', reason: 'must be whole milliseconds above 0, or null' });
  }
}

/** `count` items of a list that may hold none or one at least, and no more than the rules allow. */
export function checkListLength(
  field: string,
  count: number,
  bounds: { readonly min: number; readonly max: number },
): void {
  if (count < bounds.min) refuse('InvalidArgument', { field, reason: 'must name somebody' });
  if (count > bounds.max) refuse('InvalidArgument', { field, reason: `names more than ${bounds.max}` });
}

/** The items that stand more than once, each named once. */
export function repeatedItems(items: readonly string[]): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const item of items) (seen.has(item) ? repeated : seen).add(item);
  return [...repeated];
}
