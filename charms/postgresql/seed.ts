import { BINARIES, CLUSTER, SEED, STORAGE } from './paths.ts';

const AS_POSTGRES = 'setpriv --reuid=postgres --regid=postgres --init-groups';

/**
 * Makes the cluster that every unit starts from, once, in the image: it costs a second, a copy some 20 ms. Segments of
 * 4 MB instead of 16 keep the copy small; so does leaving out the database `postgres`, which is made later, when nobody
 * waits for it. The cluster's configuration files go, since the charm writes its own.
 */
export const MAKE_SEED: readonly string[] = [
  `install -d -m 0700 -o postgres -g postgres ${SEED}`,
  `${AS_POSTGRES} ${BINARIES}/initdb -D ${SEED} --encoding=UTF8 --locale=C.UTF-8 --data-checksums ` +
    '--wal-segsize=4 --no-sync',
  `echo 'DROP DATABASE postgres' | ${AS_POSTGRES} ${BINARIES}/postgres --single -D ${SEED} template1 >/dev/null`,
  `rm ${SEED}/postgresql.conf ${SEED}/pg_hba.conf`,
];

/**
 * Gives an empty storage its cluster. To bring the copy to disk takes longer than to make it, so the server starts
 * meanwhile; but nobody is let in before. A mark, on disk before the cluster has its name, says that the copy may not
 * be there after a power failure: then another is made, and no row is lost, since there was nobody to write one.
 */
export const SEED_SCRIPT = `#!/bin/sh
# cantrip-postgresql plant | start ARGUMENT… | kept COMMAND…
# plant: gives an empty storage its cluster. start: the server. kept: runs COMMAND once the cluster is on disk.
set -eu
cluster=${CLUSTER}
fresh=$cluster.fresh
lock=$cluster.lock

plant() {
  exec 9>"$lock"
  # Whoever has the lock makes the copy, or brings it to disk.
  flock -n 9 || { [ ! -e "$cluster" ] || return 0; flock 9; }
  [ ! -e "$fresh" ] || rm -rf "$cluster"
  [ ! -e "$cluster" ] || return 0
  rm -rf "$cluster.new"
  touch "$fresh"
  sync "$fresh" ${STORAGE} &
  cp -a ${SEED} "$cluster.new"
  wait $!
  mv "$cluster.new" "$cluster"
  setsid -f "$0" keep </dev/null >/dev/null 2>&1
}

# Inherits the lock.
keep() {
  ${AS_POSTGRES} ${BINARIES}/initdb --sync-only -D "$cluster"
  sync ${STORAGE}
  rm "$fresh"
  sync ${STORAGE}
}

kept() {
  exec 9<"$lock"
  flock 9
  [ ! -e "$fresh" ] || { echo "$cluster could not be brought to disk" >&2; exit 1; }
  exec 9<&-
}

verb=$1
shift
case $verb in
plant) plant ;;
keep) keep ;;
start)
  plant
  exec 9>&-
  exec ${AS_POSTGRES} ${BINARIES}/postgres "$@"
  ;;
kept)
  kept
  exec "$@"
  ;;
esac
`;
