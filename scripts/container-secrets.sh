#!/bin/sh
# Makes what compose.yaml and compose.cluster.yaml read from ./secrets (or the folder given): a secret of its own in each
# file. What is there stays as it is, so it may be run again.
#
# The folder is for its owner alone (0700); the files in it can be read by all (0444), because compose mounts each of them
# as it is, with the host's owner and mode, and the containers' users are not that owner.
set -eu

folder=${1:-secrets}
umask 077
mkdir -p "$folder"
chmod 0700 "$folder"

random() { # bytes, encoding program
  head -c "$1" /dev/urandom | $2 | tr -d ' \n'
}
hex() { od -An -v -tx1; }

# The text comes from standard input: an argument would be seen in the list of processes.
keep() { # name, mode
  if [ -e "$folder/$1" ]; then
    cat >/dev/null
    return
  fi
  cat >"$folder/.new"
  [ -s "$folder/.new" ]
  chmod "$2" "$folder/.new"
  mv "$folder/.new" "$folder/$1"
  echo "made $folder/$1"
}

random 32 base64 | keep parley-master-key 0444
random 48 base64 | keep parley-token-secret 0444
random 24 base64 | keep parley-admin-secret 0444
random 24 hex | keep postgres-password 0444
printf 'postgres://parley:%s@postgres:5432/parley' "$(cat "$folder/postgres-password")" | keep database-url 0444

# For the cluster. EventStoreDB takes its first passwords from the environment alone; compose reads that file itself.
random 24 hex | keep eventstore-admin-password 0400
random 24 hex | keep eventstore-ops-password 0400
printf 'EVENTSTORE_DEFAULT_ADMIN_PASSWORD=%s\nEVENTSTORE_DEFAULT_OPS_PASSWORD=%s\n' \
  "$(cat "$folder/eventstore-admin-password")" "$(cat "$folder/eventstore-ops-password")" | keep eventstore.env 0400
printf 'esdb://admin:%s@eventstore1:2113,eventstore2:2113,eventstore3:2113?tls=true&tlsCAFile=/tls/ca/ca.crt&nodePreference=leader' \
  "$(cat "$folder/eventstore-admin-password")" | keep event-store 0444

echo "Keep a copy of $folder apart from the data: without parley-master-key nobody can read personal data again."
