/** Where things are in the unit. */
const VERSION = 15;
export const BINARIES = `/usr/lib/postgresql/${VERSION}/bin`;
/**
 * The storage; the cluster is a directory in it, so that it can appear by a rename and another version can stand beside
 * it.
 */
export const STORAGE = '/var/lib/postgresql/data';
export const CLUSTER = `${STORAGE}/${VERSION}`;
export const SEED = '/var/lib/postgresql/seed';
export const SOCKETS = '/run/postgresql';
export const SETTINGS = '/etc/postgresql/postgresql.conf';
export const RELOADABLE = '/etc/postgresql/reloadable.conf';
export const ACCESS = '/etc/postgresql/pg_hba.conf';
export const RELATIONS = '/etc/postgresql/relations.sql';
export const PACKAGE = `postgresql-${VERSION}`;
