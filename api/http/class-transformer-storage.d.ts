/** class-transformer exports its metadata by this path alone, without types for it. */
declare module 'class-transformer/cjs/storage.js' {
  const storage: { readonly defaultMetadataStorage: import('./nested-types.js').NestedTypes };
  export default storage;
}
