#!/bin/sh
# Runs once in compose.cluster.yaml, before the nodes: makes a certificate authority, and a certificate for each node. What
# is there stays, so it runs at every `up` and does nothing. The authority's key is in a volume that no server mounts.
#
# To renew a node's certificate: delete node.crt from its volume, `up` again, restart the node.
set -eu

authority=${AUTHORITY:-/authority} # ca.crt, ca.key
tls=${TLS:-/tls}                   # ca/ca.crt for everybody, node1/ node2/ node3/ for a node each
owner=${OWNER:-1000:1000}          # the user of EventStoreDB's image
made=$(mktemp -d)

if [ ! -s "$authority/ca.crt" ]; then
  es-gencert-cli create-ca -days 3650 -out "$made/ca"
  cp "$made/ca/ca.key" "$authority/ca.key"
  chmod 0400 "$authority/ca.key"
  # Last, because it is what says that all is there.
  cp "$made/ca/ca.crt" "$authority/ca.crt"
fi
cp "$authority/ca.crt" "$tls/ca/ca.crt"
chmod 0444 "$tls/ca/ca.crt"

for node in 1 2 3; do
  target=$tls/node$node
  [ ! -s "$target/node.crt" ] || continue
  es-gencert-cli create-node -days 1825 -ca-certificate "$authority/ca.crt" -ca-key "$authority/ca.key" \
    -out "$made/node$node" -ip-addresses 127.0.0.1 -dns-names "eventstore$node,localhost"
  cp "$made/node$node/node.key" "$target/node.key"
  chmod 0400 "$target/node.key"
  cp "$made/node$node/node.crt" "$target/node.crt"
  chown -R "$owner" "$target"
  echo "made a certificate for eventstore$node"
done
rm -rf "$made"
