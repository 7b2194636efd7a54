import { expect } from 'chai';
import type { ViewCommand } from '../../../../domain/view/commands.js';
import { viewDecider, VIEW_EXT } from '../../../../domain/view/decider.js';
import type { ViewEvent } from '../../../../domain/view/events.js';
import { HIDDEN_REMEMBERED, isHidden, untouchedView } from '../../../../domain/view/state.js';
import { fold, refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, auditor, user } from '../../../support/group-stories.js';

const given = specify(viewDecider);
const own = { userId: 'ann', participates: true };

const hide = (seqs: number[], lastSeq = 9): ViewCommand => ({ type: 'HideMessages', seqs, lastSeq, ...own });
const clear = (upToSeq?: number, lastSeq = 9): ViewCommand => ({
  type: 'ClearHistory',
  lastSeq,
  ...(upToSeq !== undefined && { upToSeq }),
  ...own,
});
const change = (changes: Extract<ViewCommand, { type: 'ChangeView' }>['changes']): ViewCommand => ({
  type: 'ChangeView',
  changes,
  ...own,
});
const setRead = (upToSeq: number): ViewCommand => ({ type: 'SetReadPosition', upToSeq, lastSeq: 9, ...own });

const hidden = (seqs: number[]): ViewEvent => ({ type: 'MessagesHidden', data: { userId: 'ann', seqs, by: 'ann' } });
const cleared = (upToSeq: number): ViewEvent => ({
  type: 'HistoryCleared',
  data: { userId: 'ann', upToSeq, by: 'ann' },
});
const pinned: ViewEvent = { type: 'ConversationPinned', data: { userId: 'ann', by: 'ann' } };
const ext = (text: string | null): ViewEvent => ({
  type: 'ViewExtChanged',
  data: { userId: 'ann', ext: text, by: 'ann' },
});

describe('how one sees a conversation', () => {
  it('is one’s own, and a participant’s', () => {
    for (const command of [hide([1]), clear(), change({ pinned: true })]) {
      given()
        .when({ ...command, ...user('bob') })
        .then(refusal('NotPermitted'));
      given()
        .when({ ...command, ...auditor })
        .then(refusal('NotPermitted'));
      given()
        .when({ ...command, participates: false, ...user('ann') })
        .then(refusal('NotAParticipant', { userId: 'ann' }));
    }
    given()
      .when({ ...change({ pinned: true }), ...appAdmin })
      .then([{ type: 'ConversationPinned', data: { userId: 'ann', by: 'root' } }]);
  });

  it('hides messages that were sent, each once', () => {
    given(hidden([2]))
      .when({ ...hide([2, 3, 3]), ...user('ann') })
      .then([hidden([3])]);
    given(hidden([2]), cleared(1))
      .when({ ...hide([1, 2]), ...user('ann') })
      .thenAlreadySo();
    given()
      .when({ ...hide([9, 10]), ...user('ann') })
      .then(refusal('MessageUnknown', { seqs: [10] }));
    for (const seqs of [[], [0], Array.from({ length: 1_001 }, (_, i) => i + 1)]) {
      given()
        .when({ ...hide(seqs), ...user('ann') })
        .then(refusal('InvalidArgument', { field: 'seqs' }));
    }
  });

  it('half-cleared history (docs/rules.md B): everything up to the newest is hidden, and only ever more', () => {
    given()
      .when({ ...clear(), ...user('ann') })
      .then([cleared(9)]);
    given(cleared(5))
      .when({ ...clear(4), ...user('ann') })
      .then([])
      .outcome({ alreadySo: true, upToSeq: 5 });
    given()
      .when({ ...clear(undefined, 0), ...user('ann') })
      .thenAlreadySo();
    given()
      .when({ ...clear(10), ...user('ann') })
      .then(refusal('InvalidArgument', { field: 'upToSeq' }));
    const view = fold(viewDecider, [hidden([3, 7]), cleared(5), cleared(2)]);
    expect([1, 3, 5, 6, 7].map((seq) => isHidden(view, seq))).to.deep.equal([true, true, true, false, true]);
  });

  it('writes only what really changes, all in one append', () => {
    given(pinned, ext('x'))
      .when({
        ...change({ pinned: true, receiveOption: 'silent', ext: 'x', settings: { burnSeconds: 0, privateChat: true } }),
        ...user('ann'),
      })
      .then([
        { type: 'ReceiveOptionChanged', data: { userId: 'ann', option: 'silent', by: 'ann' } },
        { type: 'ViewSettingsChanged', data: { userId: 'ann', changes: { privateChat: true }, by: 'ann' } },
      ])
      .outcome({ changed: ['receiveOption', 'settings'] });
    given(pinned)
      .when({ ...change({ pinned: false, ext: '' }), ...user('ann') })
      .then([{ type: 'ConversationUnpinned', data: { userId: 'ann', by: 'ann' } }]);
    given(ext('x'))
      .when({ ...change({ ext: '' }), ...user('ann') })
      .then([ext(null)]);
    given()
      .when({ ...change({}), ...user('ann') })
      .thenAlreadySo();
  });

  it('refuses what is out of bounds, and then changes nothing', () => {
    for (const [changes, field] of [
      [{ pinned: true, receiveOption: 'loud' as 'all' }, 'receiveOption'],
      [{ ext: 'x'.repeat(VIEW_EXT.max + 1) }, 'ext'],
      [{ settings: { burnSeconds: -1 } }, 'settings.burnSeconds'],
      [{ settings: { destructs: 1 as unknown as boolean } }, 'settings.destructs'],
    ] as const) {
      given()
        .when({ ...change(changes), ...user('ann') })
        .then(refusal('InvalidArgument', { field }));
    }
  });

  it('has its read position set by app admins alone, also lower, and never beyond the newest (docs/rules.md A10)', () => {
    for (const upToSeq of [9, 0]) {
      given()
        .when({ ...setRead(upToSeq), ...appAdmin })
        .then([{ type: 'ReadPositionSet', data: { userId: 'ann', upToSeq, by: 'root' } }]);
    }
    given()
      .when({ ...setRead(10), ...appAdmin })
      .then(refusal('InvalidArgument', { field: 'upToSeq' }));
    given()
      .when({ ...setRead(1), ...user('ann') })
      .then(refusal('NotPermitted'));
  });

  it('remembers a bounded number of hidden messages, the newest', () => {
    const view = [
      hidden(Array.from({ length: 600 }, (_, i) => i + 1)),
      hidden(Array.from({ length: 600 }, (_, i) => i + 601)),
    ].reduce(viewDecider.evolve, untouchedView);
    expect(view.hidden.size).to.equal(HIDDEN_REMEMBERED);
    expect([200, 201, 1_200].map((seq) => isHidden(view, seq))).to.deep.equal([false, true, true]);
  });

  it('folds an ext that was erased with its person', () => {
    given({ type: 'ViewExtChanged', data: { userId: 'ann', ext: null, by: 'ann' } })
      .when({ ...change({ ext: null }), ...user('ann') })
      .thenAlreadySo();
  });
});
