import { type PresetName, presetNames } from '../../../domain/group/presets.js';
import type { GroupType } from './group-dto.js';
import { TencentRefused } from './refused.js';

/** The type as it is answered: by its older name, which this API has kept on the wire. */
export type WireType = 'Private' | 'Public' | 'ChatRoom' | 'AVChatRoom';

const wireTypes: Readonly<Record<Exclude<GroupType, 'Community'>, WireType>> = {
  Private: 'Private',
  Work: 'Private',
  Public: 'Public',
  ChatRoom: 'ChatRoom',
  Meeting: 'ChatRoom',
  AVChatRoom: 'AVChatRoom',
};

const presets = {
  Private: 'tencent-work',
  Public: 'tencent-public',
  ChatRoom: 'tencent-meeting',
  AVChatRoom: 'tencent-avchatroom',
} as const satisfies Readonly<Record<WireType, PresetName>>;

/** @throws TencentRefused noPermission, of a community */
export function wireTypeOf(type: GroupType): WireType {
  if (type === 'Community') throw new TencentRefused('noPermission', 'communities are not served here');
  return wireTypes[type];
}

export const presetOf = (type: WireType): PresetName => presets[type];

const typesByPreset: ReadonlyMap<string, WireType> = new Map(
  (Object.entries(presets) as [WireType, PresetName][]).map(([type, preset]) => [preset, type]),
);

/** Groups of the other APIs are shown as what comes nearest to them. */
export const typeByPreset = (preset: string): WireType => typesByPreset.get(preset) ?? 'Public';

/** The presets of the groups that are shown as of this type. */
export const presetsOf = (type: WireType): readonly PresetName[] =>
  presetNames.filter((preset) => typeByPreset(preset) === type);

/** Of all but rooms whose members come and go in thousands. */
export const presetsWithoutHuge: readonly PresetName[] = presetNames.filter(
  (preset) => typeByPreset(preset) !== 'AVChatRoom',
);
