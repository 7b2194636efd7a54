import 'reflect-metadata';

/** Filled in by the embedded PostgreSQL's owner: starts one server for the run unless PARLEY_TEST_DATABASE_URL names one. */
export const mochaHooks = {};
