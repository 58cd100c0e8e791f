import { byText } from '../../model/order.ts';
import { ACCESS, CLUSTER, RELOADABLE, SOCKETS } from './paths.ts';

export type Setting = string | number | boolean;

export interface SettingsInput {
  readonly address: string;
  readonly port: number;
  readonly maxConnections: number;
  /** Null: by the machine's memory. */
  readonly sharedBuffers: string | null;
  /** Null: unlimited. */
  readonly memoryBytes: number | null;
  /** The user's own. */
  readonly extra: Readonly<Record<string, Setting>>;
}

/** What the charm decides itself; the user's own settings may not name them. */
export const OWN_SETTINGS: readonly string[] = [
  'config_file',
  'data_directory',
  'hba_file',
  'ident_file',
  'listen_addresses',
  'max_connections',
  'port',
  'shared_buffers',
  'unix_socket_directories',
];

/** postgresql.conf: whatever counts only from a start. */
export function startSettings(input: SettingsInput): string {
  const { address, port, maxConnections, memoryBytes, extra } = input;
  const own: [string, Setting][] = [
    ['data_directory', CLUSTER],
    ['hba_file', ACCESS],
    ['listen_addresses', `127.0.0.1,${address}`],
    ['port', port],
    ['unix_socket_directories', SOCKETS],
    ['max_connections', maxConnections],
    ['shared_buffers', input.sharedBuffers ?? sharedBuffers(memoryBytes)],
  ];
  const given = Object.entries(extra).filter(([name]) => needsStart(name));
  return `${lines(own)}${lines(given)}include '${RELOADABLE}'\n`;
}

/** Whatever a running server takes over. */
export function reloadableSettings({ memoryBytes, extra }: SettingsInput): string {
  const cache: [string, Setting][] =
    memoryBytes === null ? [] : [['effective_cache_size', `${megabytes(memoryBytes * 0.75)}MB`]];
  const own: [string, Setting][] = [
    ['password_encryption', 'scram-sha-256'],
    ['log_line_prefix', '%m [%p] %q%u@%d '],
    ['log_timezone', 'Etc/UTC'],
    ['timezone', 'Etc/UTC'],
    ['default_text_search_config', 'pg_catalog.english'],
    ...cache,
  ];
  const given = Object.entries(extra).filter(([name]) => !needsStart(name));
  return `${lines(own)}${lines(given)}`;
}

/** A quarter of the machine's memory, as PostgreSQL's manual advises; its own default without a limit. */
function sharedBuffers(memoryBytes: number | null): string {
  return memoryBytes === null ? '128MB' : `${Math.max(16, megabytes(memoryBytes / 4))}MB`;
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1_048_576);
}

function lines(settings: readonly (readonly [string, Setting])[]): string {
  return [...settings]
    .sort(([a], [b]) => byText(a, b))
    .map(([name, value]) => `${name} = ${quoted(value)}\n`)
    .join('');
}

function quoted(value: Setting): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return String(value);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** Settings with a dot belong to extensions, which may be loaded only at the start. */
function needsStart(name: string): boolean {
  return name.includes('.') || START_SETTINGS.has(name);
}

/** Those of PostgreSQL 15 that `pg_settings` gives the context `postmaster`. */
export const START_SETTINGS: ReadonlySet<string> = new Set(
  `
  archive_mode autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age bonjour 
  bonjour_name cluster_name data_directory data_sync_retry dynamic_shared_memory_type event_source 
  external_pid_file hba_file hot_standby huge_page_size huge_pages ident_file jit_provider listen_addresses 
  logging_collector max_connections max_files_per_process max_locks_per_transaction 
  max_logical_replication_workers max_pred_locks_per_transaction max_prepared_transactions 
  max_replication_slots max_wal_senders max_worker_processes min_dynamic_shared_memory old_snapshot_threshold 
  port recovery_target recovery_target_action recovery_target_inclusive recovery_target_lsn 
  recovery_target_name recovery_target_time recovery_target_timeline recovery_target_xid shared_buffers 
  shared_memory_type shared_preload_libraries superuser_reserved_connections track_activity_query_size 
  track_commit_timestamp unix_socket_directories unix_socket_group unix_socket_permissions wal_buffers 
  wal_decode_buffer_size wal_level wal_log_hints 
`
    .trim()
    .split(/\s+/),
);
