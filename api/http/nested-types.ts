import storage from 'class-transformer/cjs/storage.js';

/** What `@Type` says of the members of classes. */
export interface NestedTypes {
  /** Undefined where a member has no such decorator. */
  findTypeMetadata(type: object, member: string): { typeFunction(): unknown } | undefined;
}

/** class-transformer's own record, which `class-validator-jsonschema` wants as a whole. */
export const nestedTypes: NestedTypes = storage.defaultMetadataStorage;
