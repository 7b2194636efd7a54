import { expect } from 'chai';
import Type from 'typebox';
import { JsonEventSerializer } from '../../../infrastructure/serialization/json-event-serializer.js';
import { EventRegistry, eventRegistry } from '../../../infrastructure/serialization/registry.js';
import type { EventSchema } from '../../../infrastructure/serialization/schema.js';
import { Closed, Positive } from '../../../infrastructure/serialization/schemas/types.js';
import { MemoryKeys } from '../../support/memory-keys.js';
import { NEW_STREAM, STREAM, stored, toWrite } from './builders.js';

const schema = (payload: Type.TObject, more: Partial<EventSchema> = {}): EventSchema => ({
  type: 'Thing',
  version: 1,
  payload,
  ...more,
});

describe('EventRegistry', () => {
  it('holds the events that are written, each in its first version', () => {
    expect(eventRegistry.types.map(({ type, version }) => `${type} ${String(version)}`)).to.deep.equal([
      'UserRegistered 1',
      'UserProfileChanged 1',
      'UserPrivacyChanged 1',
      'UserAccountSearchChanged 1',
      'UserReceiveOptionChanged 1',
      'UserErased 1',
      'GroupFavourited 1',
      'GroupUnfavourited 1',
      'GroupNoticesCleared 1',
      'GroupCreated 1',
      'MemberJoined 1',
      'MemberInvited 1',
      'InvitationAnswered 1',
      'InvitationWithdrawn 1',
      'JoinRequested 1',
      'JoinRequestAnswered 1',
      'JoinRequestWithdrawn 1',
      'MemberLeft 1',
      'MemberRemoved 1',
      'OwnerTransferred 1',
      'MemberRoleChanged 1',
      'MemberMuted 1',
      'MemberUnmuted 1',
      'GroupMuted 1',
      'GroupUnmuted 1',
      'GroupProfileChanged 1',
      'AnnouncementPublished 1',
      'JoinPolicyChanged 1',
      'GroupSettingsChanged 1',
      'MemberCardChanged 1',
      'GroupSuspended 1',
      'GroupReinstated 1',
      'GroupCopied 1',
      'GroupDismissed 1',
      'DismissedGroupEmptied 1',
      'FriendRequested 1',
      'FriendRequestAnswered 1',
      'FriendRequestWithdrawn 1',
      'FriendAdded 1',
      'FriendRemoved 1',
      'FriendCardChanged 1',
      'UserBlocked 1',
      'UserUnblocked 1',
      'ConversationOpened 1',
      'MessageSent 1',
      'MessageRevoked 1',
      'MessagesDeleted 1',
      'ConversationCleared 1',
      'ConversationClosed 1',
      'ReadPositionSet 1',
      'MessagesHidden 1',
      'HistoryCleared 1',
      'ConversationPinned 1',
      'ConversationUnpinned 1',
      'ReceiveOptionChanged 1',
      'ViewExtChanged 1',
      'ViewSettingsChanged 1',
    ]);
  });

  describe('refuses a schema', () => {
    const unsound: [string, Type.TObject][] = [
      ['of an open object', Type.Object({})],
      ['with an open object inside', Closed({ a: Type.Array(Type.Object({ b: Type.String() })) })],
      ['with a map', Closed({ a: Type.Record(Type.String(), Type.String()) })],
      ['with anything', Closed({ a: Type.Unknown() })],
      ['with fractions', Closed({ a: Type.Number() })],
      ['with whole numbers beyond 2^53', Closed({ a: Type.Integer() })],
      ['with a constant that is no text', Closed({ a: Type.Union([Type.Literal(1.5), Type.Null()]) })],
      ['with a member that looks like an integer', Closed({ 10: Type.String() })],
    ];
    for (const [what, payload] of unsound)
      it(what, () => {
        expect(() => new EventRegistry([schema(payload)])).to.throw(/^unsound schema at Thing/);
      });

    const ok = Closed({ userId: Type.String(), name: Type.Optional(Type.String()) });

    it('whose personal field has no subject that is always there', () => {
      for (const subject of ['who', 'name'])
        expect(() => new EventRegistry([schema(ok, { personal: [{ path: 'name', subject }] })])).to.throw(/no subject/);
    });

    it('whose personal field is no member of it', () => {
      for (const path of ['nmae', 'name.first'])
        expect(() => new EventRegistry([schema(ok, { personal: [{ path, subject: 'userId' }] })])).to.throw(
          /no member/,
        );
    });

    it('of a type that is there already', () => {
      expect(() => new EventRegistry([schema(ok), schema(ok)])).to.throw(/twice/);
    });

    it('that leaves out how to read an earlier version', () => {
      const upcast = (payload: object) => ({ ...payload });
      for (const earlier of [
        [],
        [{ version: 2, upcast }],
        [
          { version: 1, upcast },
          { version: 1, upcast },
        ],
      ])
        expect(() => new EventRegistry([schema(ok, { version: 3, earlier })])).to.throw(/each version before 3/);
    });
  });

  describe('with earlier versions', () => {
    /** The same event through three versions: the nickname moved twice and a counter was added. */
    const first = new EventRegistry([
      schema(Closed({ userId: Type.String(), nick: Type.String() }), {
        personal: [{ path: 'nick', subject: 'userId' }],
      }),
    ]);
    const third = new EventRegistry([
      schema(
        Closed({
          id: Type.String(),
          card: Closed({ nickname: Type.Optional(Type.String()), open: Type.Boolean() }),
          times: Positive,
        }),
        {
          version: 3,
          personal: [{ path: 'card.nickname', subject: 'id' }],
          earlier: [
            {
              version: 1,
              personal: [{ path: 'nick', subject: 'userId' }],
              upcast: ({ userId, nick }) => ({ userId, nickname: nick }),
            },
            {
              version: 2,
              personal: [{ path: 'nickname', subject: 'userId' }],
              upcast: ({ userId, nickname }) => ({ id: userId, card: { nickname, open: true }, times: 1 }),
            },
          ],
        },
      ),
    ]);
    const keys = new MemoryKeys();
    const older = new JsonEventSerializer({ keys, registry: first });
    const newer = new JsonEventSerializer({ keys, registry: third });

    it('reads an old event in its newest form, and null where the person was erased', async () => {
      const events = stored(
        await older.seal(STREAM, NEW_STREAM, [
          toWrite({ type: 'Thing', data: { userId: 'ben', nick: 'Ben' } }),
          toWrite({ type: 'Thing', data: { userId: 'cat', nick: 'Cat' } }),
        ]),
      );
      keys.erase({ tenant: 't1', userId: 'cat' });
      const read = await newer.open(events);
      expect(read.map(({ event }) => event?.data)).to.deep.equal([
        { id: 'ben', card: { nickname: 'Ben', open: true }, times: 1 },
        { id: 'cat', card: { nickname: null, open: true }, times: 1 },
      ]);
      expect(read[0]!.envelope.schemaVersion).to.equal(1);
    });

    it('writes the newest form, a personal field inside a member too, and older code leaves that out', async () => {
      const data = { id: 'ben', card: { nickname: 'Ben', open: false }, times: 2 };
      const [event] = stored(await newer.seal(STREAM, NEW_STREAM, [toWrite({ type: 'Thing', data })]));
      expect(event!.data).to.match(/^\{"id":"ben","card":\{"nickname":"enc1\.[^"]+","open":false\},"times":2\}$/);
      expect((await newer.open([event!]))[0]!.event!.data).to.deep.equal(data);
      expect((await older.open([event!]))[0]!.event).to.be.undefined;
      expect(data.card.nickname).to.equal('Ben');
    });
  });
});
