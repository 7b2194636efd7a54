import { expect } from 'chai';
import { conversationProcesses } from '../../../application/processes/conversation-processes.js';
import { eventRegistry } from '../../../infrastructure/serialization/registry.js';

describe('the processes about conversations', () => {
  const never = (): Promise<never> => Promise.reject(new Error('not asked for'));
  const processes = conversationProcesses({
    conversations: { notice: never, preparedNotice: never, open: never, close: never },
    views: { positionWasSet: never },
    groups: { at: never },
    notices: true,
  });

  it('understand the newest schema of every type that they handle, or they would stop at it', () => {
    const versions = new Map(eventRegistry.types.map(({ type, version }) => [type, version]));
    for (const { name, handles } of processes)
      for (const [type, version] of Object.entries(handles))
        expect(versions.get(type), `${name} handles ${type}`).to.equal(version);
  });

  it('tell a group’s last line before its conversation is closed', () => {
    const names = processes.filter(({ handles }) => 'GroupDismissed' in handles).map(({ name }) => name);
    expect(names).to.deep.equal(['group-lines', 'close-conversations']);
  });

  it('have names that are theirs alone', () => {
    const names = processes.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const name of names) expect(name).to.match(/^[a-z]+(-[a-z]+)*$/);
  });
});
