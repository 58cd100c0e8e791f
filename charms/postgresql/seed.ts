import { BINARIES, CLUSTER, SEED, STORAGE } from './paths.ts';

const AS_POSTGRES = 'setpriv --reuid=postgres --regid=postgres --clear-groups';

/**
 * Makes the cluster that every unit starts from, once, in the image: it costs a second, a copy some 50 ms. Segments of
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
 * Gives an empty storage its cluster. The copy is on disk before it gets its name, so that whenever power fails there
 * is a whole cluster or none.
 */
export const PLANT_SEED = `#!/bin/sh
set -eu
[ ! -e ${CLUSTER} ] || exit 0
rm -rf ${CLUSTER}.new
cp -a ${SEED} ${CLUSTER}.new
${AS_POSTGRES} ${BINARIES}/initdb --sync-only -D ${CLUSTER}.new >/dev/null
mv ${CLUSTER}.new ${CLUSTER}
sync ${STORAGE}
`;
