/**
 * The client's own protocol definitions, generated from EventStoreDB's .proto files. They are CommonJS modules that fill
 * their exports at run time, so no named import sees them: the default import is the module.
 */
import codePb from '@eventstore/db-client/generated/code_pb.js';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';

export { codePb, featuresGrpc, featuresPb, gossipGrpc, gossipPb, sharedPb, statusPb, streamsGrpc, streamsPb };
