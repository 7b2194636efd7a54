import { conversationDecider } from '../../../../domain/conversation/decider.js';
import { closed, IN_GROUP, opened, PAIR, sent } from '../../../support/conversation-stories.js';
import { refusal, specify } from '../../../support/given-when-then.js';
import { appAdmin, user } from '../../../support/group-stories.js';

const given = specify(conversationDecider);

describe('opening a conversation', () => {
  const open = { type: 'OpenConversation', about: PAIR } as const;

  it('without a message is the server’s, once', () => {
    given()
      .when({ ...open, ...appAdmin })
      .then([opened()]);
    given(opened(), sent())
      .when({ ...open, ...appAdmin })
      .thenAlreadySo();
    given()
      .when({ ...open, ...user('ann') })
      .then(refusal('NotPermitted'));
  });
});

describe('closing a conversation', () => {
  const close = { type: 'CloseConversation', about: IN_GROUP, why: 'groupDismissed' } as const;

  it('is the server’s, once', () => {
    given(opened(IN_GROUP), sent())
      .when({ ...close, ...appAdmin })
      .then([closed]);
    given(opened(IN_GROUP), closed)
      .when({ ...close, ...appAdmin })
      .thenAlreadySo();
    given(opened(IN_GROUP))
      .when({ ...close, ...user('ann') })
      .then(refusal('NotPermitted'));
  });

  it('also where nothing was said, so that nothing ever will be', () => {
    given()
      .when({ ...close, ...appAdmin })
      .then([opened(IN_GROUP), closed]);
  });
});
