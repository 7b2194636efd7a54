import { createPatch } from 'rfc6902';
import type { ShownState } from './shown-state.js';

/** One step of a JSON Patch (RFC 6902). */
export type PatchStep = ReturnType<typeof createPatch>[number];

/** What turns one state into the other. */
export const patchBetween = (before: ShownState, after: ShownState): readonly PatchStep[] => createPatch(before, after);
