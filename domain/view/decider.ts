import { actingUser, hasAdminPowers } from '../shared/actor.js';
import type { CommandContext } from '../shared/command.js';
import type { Decider, Decision } from '../shared/decider.js';
import { refuse } from '../shared/errors.js';
import { checkWhole, distinctSeqs } from '../shared/numbers.js';
import { checkText } from '../shared/text.js';
import type { ChangeView, ClearHistory, HideMessages, SetReadPosition, ViewCommand, ViewOutcome } from './commands.js';
import type { ReceiveOption, ViewEvent, ViewSettingsChanges } from './events.js';
import { evolve, isHidden, printOf, untouchedView, type View } from './state.js';

/** One participant's side of a conversation, whole. */
export const viewDecider: Decider<View, ViewCommand & CommandContext, ViewEvent, ViewOutcome> = {
  initialState: untouchedView,
  evolve,
  decide,
};

type Decided<Command> = Command & CommandContext & { readonly userId: string };
type Deciding = Decision<ViewEvent, ViewOutcome>;

/** Messages that one command hides at most. */
export const MOST_HIDDEN = 1_000;
/** What one attaches to a conversation for programs to read. */
export const VIEW_EXT = { min: 0, max: 8_192, unit: 'bytes' } as const;

const receiveOptions: readonly ReceiveOption[] = ['all', 'silent', 'none'];
const flags = ['privateChat', 'destructs'] as const;
const lengths = ['burnSeconds', 'destructAfterSeconds'] as const;

/** @throws DomainError when refused; which, each command says (`commands.ts`). */
function decide(view: View, command: ViewCommand & CommandContext): Deciding {
  requireOwn(command);
  switch (command.type) {
    case 'HideMessages':
      return hideMessages(view, command);
    case 'ClearHistory':
      return clearHistory(view, command);
    case 'ChangeView':
      return changeView(view, command);
    case 'SetReadPosition':
      return setReadPosition(command);
  }
}

function requireOwn({ userId, actor, participates }: ViewCommand & CommandContext): void {
  if (actor.kind === 'auditor' || (actingUser(actor) !== userId && !hasAdminPowers(actor))) {
    refuse('NotPermitted', { reason: 'how one sees a conversation is one’s own' });
  }
  if (!participates) refuse('NotAParticipant', { userId });
}

function hideMessages(view: View, { seqs, lastSeq, userId, actor }: Decided<HideMessages>): Deciding {
  const named = distinctSeqs(seqs, MOST_HIDDEN);
  const unknown = named.filter((seq) => seq > lastSeq);
  if (unknown.length > 0) refuse('MessageUnknown', { seqs: unknown });
  const shown = named.filter((seq) => !isHidden(view, seq));
  return {
    events:
      shown.length === 0 ? [] : [{ type: 'MessagesHidden', data: { userId, seqs: shown, by: actingUser(actor) } }],
    outcome: { command: 'HideMessages', alreadySo: shown.length === 0 },
  };
}

function clearHistory(view: View, { upToSeq: asked, lastSeq, userId, actor }: Decided<ClearHistory>): Deciding {
  const upToSeq = asked ?? lastSeq;
  checkWhole('upToSeq', upToSeq, 0, lastSeq);
  if (upToSeq <= view.clearedUpTo) {
    return { events: [], outcome: { command: 'ClearHistory', alreadySo: true, upToSeq: view.clearedUpTo } };
  }
  return {
    events: [{ type: 'HistoryCleared', data: { userId, upToSeq, by: actingUser(actor) } }],
    outcome: { command: 'ClearHistory', alreadySo: false, upToSeq },
  };
}

function changeView(view: View, { changes, userId, actor }: Decided<ChangeView>): Deciding {
  checkChanges(changes);
  const { pinned, receiveOption, ext } = changes;
  const by = actingUser(actor);
  const settings = differing(view, changes.settings ?? {});
  const made: Partial<Record<keyof ChangeView['changes'], ViewEvent>> = {
    ...(pinned !== undefined &&
      pinned !== view.pinned && {
        pinned: { type: pinned ? 'ConversationPinned' : 'ConversationUnpinned', data: { userId, by } },
      }),
    ...(receiveOption !== undefined &&
      receiveOption !== view.receiveOption && {
        receiveOption: { type: 'ReceiveOptionChanged', data: { userId, option: receiveOption, by } },
      }),
    ...(ext !== undefined &&
      printOf(ext) !== view.ext && {
        ext: { type: 'ViewExtChanged', data: { userId, ext: ext === '' ? null : ext, by } },
      }),
    ...(Object.keys(settings).length > 0 && {
      settings: { type: 'ViewSettingsChanged', data: { userId, changes: settings, by } },
    }),
  };
  const changed = Object.keys(made) as (keyof typeof made)[];
  return {
    events: Object.values(made),
    outcome: { command: 'ChangeView', alreadySo: changed.length === 0, changed },
  };
}

function checkChanges({ pinned, receiveOption, ext, settings = {} }: ChangeView['changes']): void {
  if (pinned !== undefined) checkFlag('pinned', pinned);
  if (receiveOption !== undefined && !receiveOptions.includes(receiveOption)) {
    refuse('InvalidArgument', { field: 'receiveOption', reason: `must be one of ${receiveOptions.join(', ')}` });
  }
  if (ext != null) checkText('ext', ext, VIEW_EXT);
  for (const name of flags) {
    const flag = settings[name];
    if (flag !== undefined) checkFlag(`settings.${name}`, flag);
  }
  for (const name of lengths) {
    const seconds = settings[name];
    if (seconds !== undefined) checkWhole(`settings.${name}`, seconds, 0, 0x7fff_ffff);
  }
}

/** What would really change. */
function differing({ settings }: View, changes: ViewSettingsChanges): ViewSettingsChanges {
  return Object.fromEntries(
    [...flags, ...lengths].flatMap((name) => {
      const value = changes[name];
      return value === undefined || value === settings[name] ? [] : [[name, value] as const];
    }),
  );
}

function setReadPosition({ upToSeq, lastSeq, userId, actor }: Decided<SetReadPosition>): Deciding {
  if (!hasAdminPowers(actor)) refuse('NotPermitted', { reason: 'only app admins set how far somebody has read' });
  checkWhole('upToSeq', upToSeq, 0, lastSeq);
  return {
    events: [{ type: 'ReadPositionSet', data: { userId, upToSeq, by: actingUser(actor) } }],
    outcome: { command: 'SetReadPosition', alreadySo: false, upToSeq },
  };
}

function checkFlag(field: string, value: boolean): void {
  if (typeof value !== 'boolean') refuse('InvalidArgument', { field, reason: 'must be true or false' });
}
