/** Where the service is declared, and its name there. */
export const GROUP_PROTO = new URL('./group.proto', import.meta.url);
export const GROUP_SERVICE = 'group.group';
