import type { handleUnaryCall } from '@grpc/grpc-js';

import type { sharedPb } from './generated.js';
import { featuresPb, gossipPb } from './generated.js';
import { structuredUuid } from './batch-errors.js';

const STREAMS = 'event_store.client.streams.Streams';
const PERSISTENT = 'event_store.client.persistent_subscriptions.PersistentSubscriptions';
const OF_BOTH = ['stream', 'all'];

/**
 * What EventStoreDB 24.6 says of itself. Persistent subscriptions are named as it names them, for clients that choose by
 * the version; calls of them are answered with UNIMPLEMENTED.
 */
const METHODS: readonly (readonly [service: string, method: string, features: string[]])[] = [
  [STREAMS, 'Append', []],
  [STREAMS, 'BatchAppend', ['deadline_duration']],
  [STREAMS, 'Delete', []],
  [STREAMS, 'Read', ['position', 'events']],
  [STREAMS, 'Tombstone', []],
  ...['Create', 'Delete', 'GetInfo', 'List', 'Read', 'ReplayParked', 'RestartSubsystem', 'Update'].map(
    (method): [string, string, string[]] => [PERSISTENT, method, OF_BOTH],
  ),
];

export const handleSupportedMethods: handleUnaryCall<sharedPb.Empty, featuresPb.SupportedMethods> = (
  _call,
  callback,
) => {
  const answer = new featuresPb.SupportedMethods().setEventStoreServerVersion('24.6.0');
  for (const [service, method, features] of METHODS) {
    answer.addMethods(
      new featuresPb.SupportedMethod()
        .setServiceName(service.toLowerCase())
        .setMethodName(method.toLowerCase())
        .setFeaturesList(features),
    );
  }
  callback(null, answer);
};

export interface Member {
  readonly port: number;
  readonly state: 'leader' | 'follower';
  readonly alive: boolean;
}

export function handleGossip(members: () => readonly Member[]): handleUnaryCall<sharedPb.Empty, gossipPb.ClusterInfo> {
  return (_call, callback) => {
    const info = new gossipPb.ClusterInfo();
    for (const [index, { port, state, alive }] of members().entries()) {
      const member = new gossipPb.MemberInfo();
      member.setInstanceId(structuredUuid(`00000000-0000-4000-8000-00000000000${index + 1}`));
      member.setTimeStamp(`${Date.now()}0000`);
      const { LEADER, FOLLOWER } = gossipPb.MemberInfo.VNodeState;
      member.setState(state === 'leader' ? LEADER : FOLLOWER);
      member.setIsAlive(alive);
      member.setHttpEndPoint(new gossipPb.EndPoint().setAddress('127.0.0.1').setPort(port));
      info.addMembers(member);
    }
    callback(null, info);
  };
}
