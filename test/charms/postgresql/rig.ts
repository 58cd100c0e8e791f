import { execFile, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { intentIn, type RelationSituation } from '../../../charms/kit/testing.ts';
import postgresql from '../../../charms/postgresql/index.ts';
import type { Intent } from '../../../model/charm.ts';
import type { JsonObject } from '../../../model/json.ts';
import { revealSecrets, secretsIn } from '../../../model/secret.ts';
import { freePort, waitFor } from '../programs.ts';

const run = promisify(execFile);

/** A real PostgreSQL that runs what the charm asks for, in a directory of its own instead of the unit's paths. */
export interface Rig {
  /** What the charm asks for now. */
  readonly intent: () => Intent;
  /**
   * Related applications, with the version of their passwords, and options. Does what a provider would do with the
   * changed intent.
   */
  readonly apply: (applications: Readonly<Record<string, number>>, options?: JsonObject) => Promise<void>;
  /** Runs SQL as a client of the network would; resolves with the answer, rejects with psql's words. */
  readonly query: (client: Client, sql: string) => Promise<string>;
  /** As the server's own account. */
  readonly administer: (sql: string) => Promise<string>;
  readonly plant: () => Promise<void>;
  /** Ends the server as its service would be ended, and starts it again. */
  readonly restart: () => Promise<void>;
  readonly directory: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface Client {
  readonly user: string;
  readonly password: string;
  readonly database?: string;
}

export async function startPostgresql(): Promise<Rig> {
  const account = await accountIds();
  const directory = mkdtempSync(join(tmpdir(), 'cantrip-postgresql-'));
  const rig = new Machine(directory, account, await freePort());
  rig.install();
  await rig.apply({});
  return rig;
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

async function accountIds(): Promise<Ids> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

class Machine implements Rig {
  readonly directory: string;
  readonly #account: Ids;
  readonly port: number;
  #intent: Intent | null = null;
  #server: ReturnType<typeof spawn> | null = null;
  #passwords: ReadonlyMap<string, string> = new Map();

  constructor(directory: string, account: Ids, port: number) {
    this.directory = directory;
    this.#account = account;
    this.port = port;
    for (const name of ['.', 'data', 'run', 'etc']) {
      mkdirSync(join(directory, name), { recursive: true, mode: 0o755 });
      chownSync(join(directory, name), account.uid, account.gid);
    }
  }

  intent = (): Intent => this.#intent as Intent;

  install(): void {
    // The image builder's part: files, then commands as root.
    const { files, commands } = postgresql.install({});
    for (const [path, file] of Object.entries(files)) {
      writeFileSync(join(this.directory, path.split('/').at(-1) ?? ''), this.#moved(file.content), {
        mode: Number.parseInt(file.mode, 8),
      });
    }
    this.#commands = commands.map((command) => this.#moved(command));
  }

  #commands: readonly string[] = [];

  plant = async (): Promise<void> => {
    const command = this.intent().commands.find((each) => each.name === 'cluster')?.command ?? [];
    const [program = '', ...words] = this.#words(command);
    await run(program, words);
  };

  apply = async (applications: Readonly<Record<string, number>>, options: JsonObject = {}): Promise<void> => {
    const relations = Object.keys(applications).map((name): RelationSituation => ({ with: `${name}:database` }));
    const given = { port: this.port, ...options };
    const situation = { application: 'db', address: '127.0.0.2', options: given, relations: { database: relations } };
    this.#intent = intentIn(postgresql, situation);
    this.#passwords = passwordsOf(this.#intent, applications);
    for (const [path, file] of Object.entries(this.#intent.files)) {
      const place = this.#moved(path);
      writeFileSync(place, this.#moved(revealSecrets(file.content, this.#passwords)), {
        mode: Number.parseInt(file.mode, 8),
      });
      const { uid, gid } = file.owner === 'postgres' ? this.#account : { uid: 0, gid: 0 };
      chownSync(place, uid, gid);
    }
    if (this.#server === null) await this.#start();
    else this.#server.kill('SIGHUP');
    const [program = '', ...words] = this.#words(
      this.#intent.commands.find((each) => each.name === 'relations')?.command ?? [],
    );
    await run(program, words, this.#account);
  };

  query = async ({ user, password, database = user }: Client, sql: string): Promise<string> => {
    const words = [
      '-X',
      '-A',
      '-t',
      '-q',
      '-h',
      '127.0.0.1',
      '-p',
      String(this.port),
      '-U',
      user,
      '-d',
      database,
      '-c',
      sql,
    ];
    return (await run('psql', words, { env: { ...process.env, PGPASSWORD: password } })).stdout.trim();
  };

  administer = async (sql: string): Promise<string> => {
    const words = [
      '-X',
      '-A',
      '-t',
      '-q',
      '-h',
      join(this.directory, 'run'),
      '-p',
      String(this.port),
      '-d',
      'postgres',
      '-c',
      sql,
    ];
    return (await run('psql', words, this.#account)).stdout.trim();
  };

  restart = async (): Promise<void> => {
    await this.#end();
    await this.#serve();
  };

  stop = async (): Promise<void> => {
    await this.#end();
    rmSync(this.directory, { recursive: true });
  };

  async #end(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill(this.intent().services.postgresql?.stopSignal as NodeJS.Signals);
    await ended;
    this.#server = null;
  }

  async #start(): Promise<void> {
    for (const command of this.#commands) await run('/bin/sh', ['-ec', command]);
    await this.plant();
    await this.#serve();
  }

  async #serve(): Promise<void> {
    const service = this.intent().services.postgresql;
    const [program = '', ...words] = this.#words(service?.command ?? []);
    let output = '';
    this.#server = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#server.stderr?.on('data', (data: Buffer) => (output += data));
    const check = service?.ready?.check;
    const [probe = '', ...rest] = this.#words(check?.kind === 'exec' ? check.command : []);
    const ready = () =>
      run(probe, rest).then(
        () => true,
        () => false,
      );
    await waitFor(ready, () => `postgres to be ready:\n${output}`);
  }

  #words(words: readonly string[]): string[] {
    return words.map((word) => this.#moved(word));
  }

  /** The unit's paths, moved into the test's directory. */
  #moved(text: string): string {
    return text
      .replaceAll('/var/lib/postgresql', this.directory)
      .replaceAll('/usr/local/sbin', this.directory)
      .replaceAll('/run/postgresql', join(this.directory, 'run'))
      .replaceAll('/etc/postgresql/', join(this.directory, 'etc/'));
  }
}

/** The generated secrets. */
function passwordsOf(intent: Intent, versions: Readonly<Record<string, number>>): ReadonlyMap<string, string> {
  const ids = Object.values(intent.files).flatMap((file) => secretsIn(file.content));
  return new Map(
    ids.map((id) => [id, passwordOf(id, versions[/^db\/([a-z0-9-]+)-password$/.exec(id)?.[1] ?? ''] ?? 0)]),
  );
}

/** `password-of-db-web-password-1`: like a generated one, it can stand in a URL as it is. */
export function passwordOf(id: string, version: number): string {
  return `password-of-${id.replace('/', '-')}-${version}`;
}
