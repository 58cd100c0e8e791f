import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { sortedEntries } from '../../model/order.ts';
import { type ExecRequest, ProviderError, type UnitRef } from '../../model/provider.ts';
import { type Account, findAccount } from './accounts.ts';
import type { Host } from './host.ts';
import { requireContainer } from './machine.ts';
import { SEARCH_PATH } from './programs.ts';

const ROOT: Account = { uid: 0, gid: 0, groups: [], home: '/root' };

/** The C client relays between our own terminal or pipes and the program in the container. */
export async function exec(host: Host, unit: UnitRef, request: ExecRequest): Promise<number> {
  const { id } = requireContainer(host, unit);
  await host.agent();
  const account = request.user === null ? ROOT : await accountOf(host, id, unit, request.user);
  const environment = { ...usualEnvironment(account, request.tty), ...request.environment };
  const words = [
    ...['--run', host.layout.run, '--id', id],
    ...(request.tty ? ['--tty'] : []),
    ...[
      '--user',
      [account.uid, account.gid, ...(account.groups.length === 0 ? [] : [account.groups.join(',')])].join(':'),
    ],
    ...(request.directory === null ? [] : ['--directory', request.directory]),
    ...sortedEntries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    '--',
    ...request.command,
  ];
  return run(join(host.nativeDirectory, 'cantrip-exec'), words);
}

/** Process 1 reads the files inside the container: no link of theirs leads out of it. */
async function accountOf(host: Host, id: string, unit: UnitRef, user: string): Promise<Account> {
  const init = await host.init(id);
  const files = await init.readFiles(['/etc/passwd', '/etc/group']);
  const [passwd = '', group = ''] = files.map((file) => file.content?.toString('utf8') ?? '');
  const account = findAccount(user, passwd, group);
  if (account !== null) return account;
  throw new ProviderError({ action: 'run in', target: unit.unit, message: `no user or group '${user}' there` });
}

function usualEnvironment({ home }: Account, tty: boolean): Readonly<Record<string, string>> {
  const terminal = process.env.TERM;
  return { PATH: SEARCH_PATH, HOME: home, ...(tty && terminal !== undefined ? { TERM: terminal } : {}) };
}

function run(program: string, words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'inherit' });
    const release = passSignals(child);
    child.once('error', reject);
    child.once('close', (status, signal) => {
      release();
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * The program decides what becomes of a signal, and we end as it does. A terminal's Ctrl-C and Ctrl-\ reach the client
 * without us, as it is in the same group.
 */
function passSignals(child: ChildProcess): () => void {
  const handlers = [...PASSED, ...SHARED].map((name) => {
    const handler = (): void => void (PASSED.includes(name) && child.kill(name));
    process.on(name, handler);
    return { name, handler };
  });
  return () => {
    for (const { name, handler } of handlers) process.off(name, handler);
  };
}

const PASSED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP'];
const SHARED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
