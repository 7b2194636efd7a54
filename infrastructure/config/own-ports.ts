/** Of each API that can have the root of a port to itself, the variable that says which. */
export const ownPorts = {
  openim: 'OPENIM_PORT',
  sealtalk: 'SEALTALK_PORT',
  dtalk: 'DTALK_PORT',
  tencent: 'TENCENT_PORT',
} as const;

export type OwnPortName = keyof typeof ownPorts;
export type OwnPortVariable = (typeof ownPorts)[OwnPortName];
