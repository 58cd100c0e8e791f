import { sortedBy } from '../../model/order.ts';

/** A role with a database of the same name. */
export interface Account {
  readonly name: string;
  /** A secret token. */
  readonly password: string;
  /** For people: `web:database`. */
  readonly relation: string;
}

/**
 * Name of the role and the database of a relation: the application's name; with the endpoint's, when it is not called
 * `database`, and for an application whose name PostgreSQL has given away. A dot stands in no application's name, so
 * that no two relations share one.
 */
export function accountName(application: string, endpoint: string): string {
  const taken = ['postgres', 'template0', 'template1', 'public', 'none'].includes(application);
  return endpoint === 'database' && !taken ? application : `${application}.${endpoint}`;
}

/**
 * pg_hba.conf: the server's own account through the socket, each role with its password and to its own database only.
 */
export function accessRules(accounts: readonly Account[]): string {
  const rules = sortedBy(accounts, (account) => account.name).map(({ name }) => {
    return `host "${name}" "${name}" all scram-sha-256`;
  });
  return `${['local all postgres peer', ...rules].join('\n')}\n`;
}

/**
 * What makes roles and databases be as the relations want them. All of it can be run again. Who is related no longer
 * keeps its data and loses its way in.
 */
export function relationsSql(accounts: readonly Account[], extensions: readonly string[]): string {
  const sorted = sortedBy(accounts, (account) => account.name);
  return `${[
    '-- A statement that fails must not take a password into the log.',
    'SET log_min_error_statement = panic;',
    'SET log_statement = none;',
    'SET client_min_messages = warning;',
    ...lockOthers(sorted.map((account) => account.name)),
    ...sorted.flatMap(roleAndDatabase),
    '',
    '-- Nobody needs it before: it is not in the cluster that units start from.',
    ...makeDatabase('postgres', 'postgres'),
    ...(extensions.length === 0 ? [] : sorted.flatMap((account) => inDatabase(account.name, extensions))),
  ].join('\n')}\n`;
}

/** A comment marks the roles made here; others are not touched. */
const MARK = 'cantrip: ';

function lockOthers(names: readonly string[]): string[] {
  const kept = names.map((name) => literal(name)).join(', ');
  const others = `shobj_description(oid, 'pg_authid') LIKE '${MARK}%' AND rolname <> ALL (ARRAY[${kept}]::text[])`;
  return [
    '',
    `SELECT format('ALTER ROLE %I NOLOGIN', rolname) FROM pg_roles WHERE rolcanlogin AND ${others} \\gexec`,
    'SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity JOIN pg_roles ON usename = rolname',
    `  WHERE ${others.replace('oid', 'pg_roles.oid')} \\g /dev/null`,
  ];
}

/** In few transactions: each waits for the disk. */
function roleAndDatabase({ name, password, relation }: Account): string[] {
  const [role, text] = [identifier(name), literal(name)];
  return [
    '',
    'BEGIN;',
    `SELECT ${literal(`CREATE ROLE ${role}`)} WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${text}) \\gexec`,
    `COMMENT ON ROLE ${role} IS ${literal(`${MARK}${relation}`)};`,
    `ALTER ROLE ${role} LOGIN PASSWORD '${password}';`,
    'COMMIT;',
    ...makeDatabase(name, name),
    'BEGIN;',
    `ALTER DATABASE ${role} OWNER TO ${role};`,
    `REVOKE ALL ON DATABASE ${role} FROM PUBLIC;`,
    'COMMIT;',
  ];
}

/** From `template0`, which nobody can be connected to: from `template1` a forgotten session would prevent it. */
function makeDatabase(name: string, owner: string): string[] {
  const create = `CREATE DATABASE ${identifier(name)} OWNER ${identifier(owner)} TEMPLATE template0`;
  const absent = `NOT EXISTS (SELECT FROM pg_database WHERE datname = ${literal(name)})`;
  return [`SELECT ${literal(create)} WHERE ${absent} \\gexec`];
}

function inDatabase(name: string, extensions: readonly string[]): string[] {
  const create = [...extensions].sort().map((extension) => `CREATE EXTENSION IF NOT EXISTS ${identifier(extension)};`);
  return ['', `\\connect ${identifier(name)}`, ...create];
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
