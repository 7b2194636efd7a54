import type { Content } from '../events.js';
import { neutralOf } from './families.js';
import { fieldsOf, jsonOf, textAt } from './fields.js';
import type { Neutral } from './neutral.js';
import { elementsOf } from './tencent.js';

/** What a message says as plain text: for lists and pushes, and for searching. Of whatever there is, and nothing here throws. */

/** Characters of a preview at most. */
export const PREVIEW_LENGTH = 200;

/** One line that shows what the message is about; never empty. `said`: where that has been read already. */
export function previewOf(content: Content, said: readonly Neutral[] = saidIn(content)): string {
  return cut(plain(said.map(shortly).join(' ') || onlyItsOwn(content))) || '[message]';
}

/** All words in it that somebody might look for; '' where there are none. */
export const textOf = (content: Content): string => plain(saidIn(content).map(words).join(' '));

/** More than one thing where the family has messages of several elements. */
function saidIn(content: Content): Neutral[] {
  const said = content.format === 'tencent' ? elementsOf(content) : [neutralOf(content)];
  return said.filter((each) => each !== undefined);
}

function shortly(neutral: Neutral): string {
  switch (neutral.kind) {
    case 'text':
    case 'mention':
    case 'quote':
      return neutral.text;
    case 'image':
    case 'voice':
    case 'video':
      return `[${neutral.kind}]`;
    case 'file':
      return `[file] ${neutral.name}`;
    case 'location':
      return `[location] ${neutral.description ?? ''}`;
    case 'custom':
      return neutral.description || '[custom]';
  }
}

function words(neutral: Neutral): string {
  switch (neutral.kind) {
    case 'text':
    case 'mention':
    case 'quote':
      return neutral.text;
    case 'file':
      return neutral.name;
    case 'location':
    case 'custom':
      return neutral.description ?? '';
    default:
      return '';
  }
}

/** Kinds that have no counterpart, by the family's own name for them; and where their body says more. */
const OWN_KINDS: Readonly<Record<string, readonly [label: string, ...more: string[]]>> = {
  'openim 107': ['merged', 'title'],
  'openim 108': ['card', 'nickname'],
  'openim 113': ['typing'],
  'openim 115': ['face'],
  'tencent TIMFaceElem[]': ['face'],
  'tencent TIMRelayElem[]': ['merged'],
  'sealtalk RC:VcMsg': ['voice'],
  'sealtalk RC:CombineMsg': ['merged'],
  'sealtalk ST:GrpNtf': ['group', 'operation'],
  'sealtalk ST:ConNtf': ['group', 'operation'],
  'sealtalk ST:GrpApply': ['invitation'],
  'sealtalk ST:MsgClear': ['cleared'],
};

function onlyItsOwn({ format, type, body }: Content): string {
  const name = `${format} ${type}`;
  const [label, ...more] = Object.hasOwn(OWN_KINDS, name) ? (OWN_KINDS[name] ?? [type]) : [type];
  return `[${label}] ${textAt(fieldsOf(jsonOf(body)), ...more) ?? ''}`;
}

/** What would break a line, or turn the text around it; what no store keeps faithfully. */
const UNFIT = /[\s\p{Cc}\p{Surrogate}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

const plain = (text: string): string => text.replace(UNFIT, ' ').trim();

function cut(text: string): string {
  if (text.length <= PREVIEW_LENGTH) return text;
  const characters = [...text.slice(0, 2 * PREVIEW_LENGTH + 2)];
  return characters.length <= PREVIEW_LENGTH ? text : `${characters.slice(0, PREVIEW_LENGTH - 1).join('')}…`;
}
