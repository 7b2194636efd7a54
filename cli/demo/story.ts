import { type Account, type Answer, DemoClient, DemoFailed, type Person } from './client.js';
import { type AllApis, streetFair } from './fair.js';
import { Narrator, type Print, type Step } from './narrator.js';

export interface DemoOptions {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Ends every id of this run, so that a server sees each run's people and groups for the first time. */
  readonly run: string;
  /** Who reads the history at the end; an app admin, where the server names him one. */
  readonly auditor: Account;
  /** Where the server has all five older APIs; without them, one chapter is left out. */
  readonly apis?: AllApis;
  readonly print: Print;
}

/** The three groups and their people. */
interface Cast {
  readonly ada: Person;
  readonly bob: Person;
  readonly eve: Person;
  readonly kim: Person;
  readonly noor: Person;
}

/**
 * A day in the life of three groups, over HTTP as any app would live it. Nothing of an earlier run is touched.
 * @throws DemoFailed when the server is away, or does something else than the story says
 */
export async function tellTheDay({ url, run, auditor, apis, print }: DemoOptions): Promise<void> {
  const client = new DemoClient(url);
  const narrator = new Narrator(client, print);
  print(`A day in the life of ${apis === undefined ? 'three' : 'four'} groups, at ${url} (run ${run})`);

  const cast = await meet(client, run);
  narrator.chapter('Who they are');
  for (const { userId, name } of Object.values(cast) as Person[]) print(`  • ${name} is ${userId}`);
  const admin = await appAdmin(client, auditor);

  const club = await bookClub(narrator, cast, run);
  await choir(narrator, cast, run);
  await theyTalk(narrator, cast, club);
  await nightShift(narrator, cast, run);
  const fair = apis && (await streetFair(narrator, url, apis, cast));
  await evening(narrator, cast, club);
  if (admin !== undefined) await underReview(narrator, admin, cast, club);
  await history(client, print, admin, auditor, club);
  if (admin !== undefined && fair !== undefined) await whoseApis(client, print, admin, fair);
}

async function meet(client: DemoClient, run: string): Promise<Cast> {
  const join = async (name: string): Promise<Person> => {
    const userId = `${name.toLowerCase()}-${run}`;
    const person = await client.person({ userId, password: `${name} of run ${run}` }, name);
    if (person === undefined) throw new DemoFailed(`${userId} is somebody else's; run the demo again.`);
    return person;
  };
  const [ada, bob, eve, kim, noor] = await Promise.all([
    join('Ada'),
    join('Bob'),
    join('Eve'),
    join('Kim'),
    join('Noor'),
  ]);
  return { ada, bob, eve, kim, noor };
}

/** The auditor, when the server takes him for an app admin. */
async function appAdmin(client: DemoClient, account: Account): Promise<Person | undefined> {
  const person = await client.person(account, 'The app admin');
  if (person === undefined) return undefined;
  const { status, body } = await client.call('GET', '/groups/no-such-group/events', person);
  return status === 403 || body['code'] === 'Forbidden' ? undefined : person;
}

/** Approval, consent, roles, an announcement. */
async function bookClub(narrator: Narrator, { ada, bob, eve, kim, noor }: Cast, run: string): Promise<string> {
  const groupId = `book-club-${run}`;
  const group = `/groups/${groupId}`;
  narrator.chapter('08:00  The book club, where one asks to come in');
  await narrator.step(noor, 'wants to be asked before anybody puts her into a group', {
    method: 'PATCH',
    path: '/users/me/privacy',
    body: { groupInviteConsent: true },
  });
  await narrator.step(ada, 'founds the book club, with Bob and Noor in mind', {
    method: 'POST',
    path: '/groups',
    body: {
      groupId,
      name: 'Book club',
      members: [bob.userId, noor.userId],
      joinPolicy: { selfJoin: 'approval', memberInvite: 'approval' },
      announcement: 'Mondays at eight',
    },
  });
  await narrator.step(noor, 'accepts', {
    method: 'PUT',
    path: `${group}/invitations/me/answer`,
    body: { answer: 'accepted' },
  });
  await narrator.step(eve, 'asks to join', {
    method: 'PUT',
    path: `${group}/members/me`,
    body: { message: 'I have read everything', source: 'search' },
  });
  await narrator.step(bob, 'would let her in, but that is not his to say', {
    method: 'PUT',
    path: `${group}/join-requests/${eve.userId}/answer`,
    body: { answer: 'approved' },
    refused: 'NotGroupManager',
  });
  await narrator.step(ada, 'makes Bob an admin', {
    method: 'PATCH',
    path: `${group}/members/${bob.userId}`,
    body: { role: 'admin' },
  });
  await narrator.step(bob, 'approves Eve now', {
    method: 'PUT',
    path: `${group}/join-requests/${eve.userId}/answer`,
    body: { answer: 'approved', message: 'welcome' },
  });
  await narrator.step(noor, 'brings Kim along, which needs a manager’s word', {
    method: 'POST',
    path: `${group}/invitations`,
    body: { userIds: [kim.userId], reason: 'she sings, too' },
  });
  await narrator.step(ada, 'gives it', {
    method: 'PUT',
    path: `${group}/invitations/${kim.userId}/answer`,
    body: { answer: 'accepted' },
  });
  await narrator.step(eve, 'calls herself something else in here', {
    method: 'PATCH',
    path: `${group}/members/me/card`,
    body: { nickname: 'Eve of the long books', receiveOption: 'silent' },
  });
  return groupId;
}

/** Another preset's rules: the owner may not leave, and who handed over keeps what the new owner was. */
async function choir(narrator: Narrator, { ada, bob, eve, kim }: Cast, run: string): Promise<void> {
  const group = `/groups/choir-${run}`;
  narrator.chapter('12:00  The choir, by the rules of OpenIM');
  await narrator.step(kim, 'founds the choir with everybody, Ada as admin', {
    method: 'POST',
    path: '/groups',
    body: {
      groupId: `choir-${run}`,
      name: 'Choir',
      preset: 'openim',
      admins: [ada.userId],
      members: [bob.userId, eve.userId],
    },
  });
  await narrator.step(kim, 'rehearses: all are silent but Bob, who counts', {
    method: 'PUT',
    path: `${group}/mute`,
    body: { speakers: [bob.userId] },
  });
  await narrator.step(kim, 'lets them speak again', { method: 'DELETE', path: `${group}/mute` });
  await narrator.step(ada, 'silences Eve for an hour', {
    method: 'PUT',
    path: `${group}/members/${eve.userId}/mute`,
    body: { forSeconds: 3600 },
  });
  const muted = await narrator.step(kim, 'looks who is muted', { method: 'GET', path: `${group}/muted-members` });
  narrator.remark(listed(muted.body, ({ userId, mutedUntil }) => `${String(userId)} until ${String(mutedUntil)}`));
  await narrator.step(kim, 'wants to leave', {
    method: 'DELETE',
    path: `${group}/members/me`,
    refused: 'OwnerMayNotLeave',
  });
  await narrator.step(kim, 'hands the choir to Eve, whose mute ends with it', {
    method: 'PUT',
    path: `${group}/owner`,
    body: { userId: eve.userId },
  });
  await narrator.step(kim, 'leaves now', { method: 'DELETE', path: `${group}/members/me` });
  await narrator.step(eve, 'copies the choir for the tour', {
    method: 'POST',
    path: `${group}/copies`,
    body: { groupId: `tour-${run}`, name: 'Choir on tour' },
  });
}

/** Said, taken back, silenced, read; and what two people have to say to each other alone. */
async function theyTalk(narrator: Narrator, { ada, bob, eve, noor }: Cast, club: string): Promise<void> {
  const group = `/groups/${club}`;
  const chat = `/conversations/group:${club}`;
  const says = (text: string, clientMsgId: string): Pick<Step, 'method' | 'path' | 'body'> => ({
    method: 'POST',
    path: `${chat}/messages`,
    body: { text, clientMsgId },
  });
  narrator.chapter('15:00  They talk');
  await narrator.step(ada, 'writes to the book club', says('Chapter nine by Monday, please', 'ada-1'));
  const spoiler = await narrator.step(eve, 'gives the end away', says('It was the gardener', 'eve-1'));
  const again = await narrator.step(
    eve,
    'sends it again, for her train is in a tunnel',
    says('It was the gardener', 'eve-1'),
  );
  narrator.remark(`it is message ${seqOf(spoiler)}, and was message ${seqOf(again)}`);
  await narrator.step(ada, 'takes Eve’s message back, as the owner may', {
    method: 'POST',
    path: `${chat}/messages/${seqOf(spoiler)}/revocation`,
  });
  await narrator.step(ada, 'silences her until she has calmed down', {
    method: 'PUT',
    path: `${group}/members/${eve.userId}/mute`,
    body: { forSeconds: 600 },
  });
  await narrator.step(eve, 'has more to say', { ...says('And the vicar helped', 'eve-2'), refused: 'MemberMuted' });
  await narrator.step(ada, 'lets her speak again', { method: 'DELETE', path: `${group}/members/${eve.userId}/mute` });
  const sorry = await narrator.step(eve, 'is sorry', says('Sorry! Monday it is', 'eve-3'));
  for (const reader of [bob, noor]) {
    await narrator.step(reader, 'reads', {
      method: 'PUT',
      path: `${chat}/read-position`,
      body: { upTo: Number(seqOf(sorry)) },
    });
  }
  const seen = await narrator.step(eve, 'looks who has seen it', {
    method: 'GET',
    path: `${chat}/messages/${seqOf(sorry)}/receipts`,
  });
  narrator.remark(`${String(seen.body['read'])} have, ${String(seen.body['unread'])} have not`);
  const read = await narrator.step(noor, 'reads it all again', { method: 'GET', path: `${chat}/messages?limit=20` });
  narrator.remark(listed(read.body, ({ seq, preview }) => `${String(seq)} ${String(preview ?? '(taken back)')}`));

  await narrator.step(bob, 'asks Noor to be friends', {
    method: 'PUT',
    path: `/users/me/friend-requests/sent/${noor.userId}`,
    body: { message: 'From the book club' },
  });
  await narrator.step(noor, 'would like that', {
    method: 'PUT',
    path: `/users/me/friend-requests/received/${bob.userId}/answer`,
    body: { answer: 'accepted' },
  });
  const alone = (person: Person): string => `/conversations/user:${person.userId}/messages`;
  await narrator.step(bob, 'writes to her alone', { method: 'POST', path: alone(noor), body: { text: 'Tea?' } });
  await narrator.step(noor, 'wants no letters from Eve', { method: 'PUT', path: `/users/me/blocks/${eve.userId}` });
  await narrator.step(eve, 'writes to her all the same', {
    method: 'POST',
    path: alone(noor),
    body: { text: 'It was not the gardener' },
    refused: 'BlockedByPeer',
  });
  const chats = await narrator.step(noor, 'looks at her conversations', { method: 'GET', path: '/conversations' });
  narrator.remark(
    listed(chats.body, ({ conversationId, unread }) => `${String(conversationId)} (${String(unread)} unread)`),
  );
}

const seqOf = ({ body }: Answer): string => String((body['outcome'] as { readonly seq: number }).seq);

/** The owner goes and the group lives on, until it is dismissed for ever. */
async function nightShift(narrator: Narrator, { ada, bob, eve, kim, noor }: Cast, run: string): Promise<void> {
  const group = `/groups/night-shift-${run}`;
  narrator.chapter('17:00  The night shift, which does not last');
  await narrator.step(bob, 'founds the night shift; its members are nobody else’s business', {
    method: 'POST',
    path: '/groups',
    body: {
      groupId: `night-shift-${run}`,
      name: 'Night shift',
      members: [ada.userId, eve.userId, kim.userId],
      settings: { lookMemberInfo: false, retentionSeconds: 604_800 },
    },
  });
  const seen = await narrator.step(kim, 'looks at the others, and sees ids and roles', {
    method: 'GET',
    path: `${group}/members`,
  });
  narrator.remark(listed(seen.body, ({ userId, role }) => `${String(userId)} ${String(role)}`));
  await narrator.step(bob, 'removes three at once, as he thinks', {
    method: 'POST',
    path: `${group}/removals`,
    body: { userIds: [eve.userId, noor.userId, bob.userId], reason: 'day shift' },
  });
  await narrator.step(bob, 'goes himself, and the longest-standing member succeeds', {
    method: 'DELETE',
    path: `${group}/members/me`,
  });
  const owned = await narrator.step(ada, 'finds that it is hers, and who went before', {
    method: 'GET',
    path: `${group}/exited-members`,
  });
  narrator.remark(
    listed(owned.body, ({ userId, how, by, reason }) =>
      [String(userId), String(how), how === 'removed' ? `by ${String(by)}: ${String(reason)}` : ''].join(' ').trim(),
    ),
  );
  await narrator.step(ada, 'dismisses it, members and all', { method: 'DELETE', path: `${group}?removeMembers=true` });
  await narrator.step(kim, 'would come back', {
    method: 'PUT',
    path: `${group}/members/me`,
    refused: 'GroupDismissed',
  });
}

async function evening(narrator: Narrator, { ada, eve }: Cast, club: string): Promise<void> {
  narrator.chapter('21:00  At home');
  await narrator.step(eve, 'makes the book club a favourite', { method: 'PUT', path: `/users/me/favourites/${club}` });
  const news = await narrator.step(eve, 'reads her notices', { method: 'GET', path: '/users/me/notices' });
  narrator.remark(
    listed(news.body, ({ as, application }) => {
      const { groupId, status } = application as { groupId: string; status: string };
      return `as ${String(as)}: ${groupId} ${status}`;
    }),
  );
  await narrator.step(eve, 'clears them', { method: 'DELETE', path: '/users/me/notices' });
  const groups = await narrator.step(eve, 'looks at her groups', { method: 'GET', path: '/groups' });
  narrator.remark(listed(groups.body, ({ name, memberCount }) => `${String(name)} (${String(memberCount)})`));
  const found = await narrator.step(ada, 'looks for “long books” in the club', {
    method: 'GET',
    path: `/groups/${club}/members?keyword=LONG%20books`,
  });
  narrator.remark(listed(found.body, ({ userId, nickname }) => `${String(userId)}, “${String(nickname)}”`));
}

async function underReview(narrator: Narrator, admin: Person, { ada }: Cast, club: string): Promise<void> {
  const group = `/groups/${club}`;
  narrator.chapter('23:00  A complaint');
  await narrator.step(admin, 'suspends the book club', {
    method: 'PUT',
    path: `${group}/suspension`,
    body: { mode: 'blocked', reason: 'a complaint about spoilers' },
  });
  await narrator.step(ada, 'can’t rename it now', {
    method: 'PATCH',
    path: group,
    body: { name: 'Spoilers' },
    refused: 'GroupSuspended',
  });
  await narrator.step(admin, 'finds nothing, and lifts it', { method: 'DELETE', path: `${group}/suspension` });
}

async function history(
  client: DemoClient,
  print: Print,
  admin: Person | undefined,
  { userId }: Account,
  club: string,
): Promise<void> {
  print('');
  if (admin === undefined) {
    print(`The history of ${club} is for app admins, and ${userId} is none on this server, or is somebody else's.`);
    print(
      `Start it with  PARLEY_APP_ADMINS=${userId} npm start  (and PARLEY_ADMIN_SECRET set for both) and run the demo again; or read it beside the server:`,
    );
    print(`  npm run parley -- audit history group ${club}`);
    return;
  }
  const title = `What the log says of ${club}`;
  print(title);
  print('─'.repeat(title.length));
  for (let from: number | null = 0; from !== null;) {
    const { body } = await client.call('GET', `/groups/${club}/events?from=${from.toString()}`, admin);
    for (const { revision, occurredAt, sentence } of itemsOf(body)) {
      print(`${String(revision).padStart(4)}  ${String(occurredAt)}  ${String(sentence)}`);
    }
    from = typeof body['next'] === 'number' ? body['next'] : null;
  }
}

/** What the fair's history has of the APIs by which it came to be. */
async function whoseApis(client: DemoClient, print: Print, admin: Person, fair: string): Promise<void> {
  const title = 'And of the street fair, with the API by which each came';
  print('');
  print(title);
  print('─'.repeat(title.length));
  const { body } = await client.call('GET', `/groups/${fair}/events?limit=100`, admin);
  for (const { via, sentence } of itemsOf(body)) {
    const [api = ''] = String(via).split(':');
    print(`  ${api.padEnd(10)} ${String(sentence)}`);
  }
}

type Item = Readonly<Record<string, unknown>>;

const itemsOf = ({ items }: Readonly<Record<string, unknown>>): readonly Item[] =>
  Array.isArray(items) ? (items as Item[]) : [];

const listed = (body: Readonly<Record<string, unknown>>, line: (item: Item) => string): string =>
  itemsOf(body).map(line).join(' · ');
