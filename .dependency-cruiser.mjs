/**
 * Imports point one way: `domain <- application <- {infrastructure, projections, api, cli}`, and only the composition
 * root knows everybody (docs/architecture.md "The rooms"). Held by test/unit/dependency-rule.unit.spec.ts.
 */
const outerRooms = ['infrastructure', 'projections', 'api', 'cli'];
/** Where the parts are put together. */
const compositionRoot = '^infrastructure/(container\\.ts$|composition/)';
const entryPoints = ['^main\\.ts$', '^cli/main\\.ts$', compositionRoot];

/** An outer room sees application, domain and itself; never another outer room's inside. */
const keepsOutOfOtherRooms = (room) => ({
  name: `${room}-keeps-to-itself`,
  severity: 'error',
  comment: `${room}/ imports application/ and domain/ only; what it needs of another room comes through a port.`,
  from: { path: `^${room}/`, pathNot: entryPoints },
  to: { path: ['^main\\.ts$', `^(${outerRooms.filter((other) => other !== room).join('|')})/`] },
});

export default {
  forbidden: [
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'domain/ imports nothing from outside but a library of data structures: no I/O, clock, ids, decorators.',
      from: { path: '^domain/' },
      to: { pathNot: ['^domain/', '^node_modules/immutable/'] },
    },
    {
      name: 'application-knows-domain-alone',
      severity: 'error',
      comment: 'application/ imports domain/ and its own ports; what it needs of the world comes through a port.',
      from: { path: '^application/' },
      to: { path: ['^main\\.ts$', `^(${outerRooms.join('|')})/`] },
    },
    {
      name: 'application-takes-small-pure-libraries',
      severity: 'error',
      comment: 'application/ takes no library that speaks to the world.',
      from: { path: '^application/' },
      to: {
        path: '^node_modules/',
        pathNot: '^node_modules/(lru-cache|ipaddr[.]js|uuid|immutable|rfc6902|@scure/base)/',
      },
    },
    ...outerRooms.map(keepsOutOfOtherRooms),
    {
      name: 'container-is-for-entry-points',
      severity: 'error',
      comment: 'Only an entry point starts the whole; everything else is handed what it needs.',
      from: { pathNot: [...entryPoints, '^(test|bench)/'] },
      to: { path: compositionRoot },
    },
    {
      name: 'dialect-knows-no-other',
      severity: 'error',
      comment: 'A dialect is read in one sitting: its own folder, and what all of them share.',
      from: { path: '^api/dialects/([^/]+)/' },
      to: { path: ['^api/dialects/[^/]+/', '^api/v1/'], pathNot: '^api/dialects/($1|shared)/' },
    },
    {
      name: 'v1-knows-no-dialect',
      severity: 'error',
      from: { path: '^api/v1/' },
      to: { path: '^api/dialects/' },
    },
    {
      name: 'http-knows-no-api',
      severity: 'error',
      comment: 'api/http/ is what APIs stand on.',
      from: { path: '^api/http/' },
      to: { path: '^api/(v1|dialects)/' },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: `^(main\\.ts$|(domain|application|${outerRooms.join('|')})/)` },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Files that import each other can only be understood together. Types count.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-is-there',
      severity: 'error',
      comment: 'An import that is not resolved would escape every other rule.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Imports of types count too: who knows a type knows the room.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^dist/', '^\\.build/', '^bench/node_modules/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
