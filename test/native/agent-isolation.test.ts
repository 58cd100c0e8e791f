import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentLab, groupFile } from './agent-lab.ts';

/** Docker's default capabilities without NET_RAW, MKNOD and AUDIT_WRITE; a builder has the last two. */
const CAPABILITIES = '00000000800405fb';
const BUILDER_CAPABILITIES = '00000000a80405fb';

describe('a container', () => {
  let lab: AgentLab;
  let id: string;
  let pid: number;
  let attempts: ReadonlyMap<string, string>;

  beforeAll(async () => {
    lab = await AgentLab.open();
    ({ id, pid } = await lab.start({ hostname: 'inside' }));
    const lines = lab.probe(id, ['attempts']).output.trim().split('\n');
    attempts = new Map(lines.map((line) => line.split(' ') as [string, string]));
  });
  afterAll(() => lab.close());

  test.each([
    ['mount', 'EPERM'],
    ['unmask', 'EPERM'],
    ['fsopen', 'EPERM'],
    ['open_tree', 'EPERM'],
    ['pivot_root', 'EPERM'],
    ['mknod-disk', 'EPERM'],
    ['mknod-mem', 'EPERM'],
    ['unshare-user', 'EPERM'],
    ['unshare-mount', 'EPERM'],
    ['clone-user', 'EPERM'],
    ['clone3', 'ENOSYS'],
    ['setns', 'EPERM'],
    ['sethostname', 'EPERM'],
    ['keyctl', 'EPERM'],
    ['add_key', 'EPERM'],
    ['bpf', 'EPERM'],
    ['io_uring_setup', 'EPERM'],
    ['userfaultfd', 'EPERM'],
    ['perf_event_open', 'EPERM'],
    ['kexec_load', 'EPERM'],
    ['init_module', 'EPERM'],
    ['reboot', 'EPERM'],
    ['swapon', 'EPERM'],
    ['open_by_handle_at', 'EPERM'],
    ['settimeofday', 'EPERM'],
    ['acct', 'EPERM'],
    ['syslog', 'EPERM'],
    ['beyond-known', 'ENOSYS'],
    ['far-beyond-known', 'ENOSYS'],
    ['x32', 'ENOSYS'],
    ['i386', 'killed'],
    ['personality', 'ok'],
    ['personality-no-random', 'EPERM'],
    ['socket-inet', 'ok'],
    ['socket-ping', 'ok'],
    ['socket-netlink-route', 'ok'],
    ['socket-raw', 'EPERM'],
    ['socket-packet', 'EPERM'],
    ['socket-vsock', 'EPERM'],
    ['socket-alg', 'EPERM'],
    ['socket-netlink-audit', 'EPROTONOSUPPORT'],
    ['socket-netlink-audit-disguised', 'EPROTONOSUPPORT'],
    ['socket-vsock-disguised', 'EPERM'],
    ['write-core-pattern', 'EROFS'],
    ['write-sysrq', /^(EROFS|ENOENT)$/],
    ['write-sys', /^(EROFS|ENOENT)$/],
    ['write-group-limit', 'EROFS'],
    ['write-group-tasks', 'EROFS'],
    ['write-null', 'ok'],
    ['open-host-kmsg', 'ENOENT'],
  ])('that tries %s gets %s', (attempt, outcome) => {
    expect(attempts.get(attempt)).toMatch(outcome);
  });

  test('has few rights, in its first process and in every other', async () => {
    const rights = {
      CapInh: '0000000000000000',
      CapPrm: CAPABILITIES,
      CapEff: CAPABILITIES,
      CapBnd: CAPABILITIES,
      CapAmb: '0000000000000000',
      NoNewPrivs: '1',
      Seccomp: '2',
    };
    expect(statusOf(pid)).toMatchObject(rights);
    await once(lab.probeBeside(id, ['sleep']).stdout, 'data');
    const other =
      groupFile(id, 'pids', 'cgroup.procs')
        .split('\n')
        .map(Number)
        .find((member) => member !== pid) ?? 0;
    expect(statusOf(other)).toMatchObject(rights);
    process.kill(other, 'SIGKILL');
  });

  test('that builds has two rights more', async () => {
    const builder = await lab.start({ builder: true });
    expect(statusOf(builder.pid)).toMatchObject({ CapBnd: BUILDER_CAPABILITIES, NoNewPrivs: '1', Seccomp: '2' });
    expect(lab.probe(builder.id, ['device', '1', '3']).output).toBe('made ok, opened ok\n');
    expect(lab.probe(builder.id, ['device', '1', '11']).output).toBe('made EPERM, opened ENOENT\n');
    await lab.agent.remove(builder.id, { graceMs: 0, trash: [] });
  });

  test('has namespaces of its own', () => {
    for (const kind of ['pid', 'mnt', 'net', 'uts', 'ipc', 'cgroup']) {
      expect(readlinkSync(`/proc/${pid}/ns/${kind}`)).not.toBe(readlinkSync(`/proc/self/ns/${kind}`));
    }
    expect(statusOf(pid).NSpid?.split(/\s+/).at(-1)).toBe('1');
  });

  test('inherits no descriptor but the control socket, and no directory of the host', () => {
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe('/');
    expect(readlinkSync(`/proc/${pid}/fd/3`)).toMatch(/^socket:/);
    expect(readlinkSync(`/proc/${pid}/exe`)).toBe('/memfd:cantrip-init (deleted)');
    expect(lab.probe(id, ['self']).output.split('\n')).toEqual([
      'descriptors 0',
      'directory /',
      'hostname inside',
      'uid 0',
      'gid 0',
      '',
    ]);
  });

  test.each(['/proc/timer_list', '/proc/keys', '/proc/interrupts', '/sys/firmware'])('sees nothing in %s', (path) => {
    expect(lab.probe(id, ['size', path]).output).toBe('0\n');
  });

  test('sees no path of the host in its table of mounts but the names of its bind mounts', () => {
    const table = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').trim().split('\n');
    const binds = table.filter((line) => line.includes(lab.directory));
    expect(binds.length).toBe(1);
    expect(binds[0]).toContain('/var/log/cantrip');
    for (const [target, options] of [
      ['/sys', 'ro,nosuid,nodev,noexec'],
      ['/proc', 'rw,nosuid,nodev,noexec'],
      ['/proc/sys', 'ro,nosuid,nodev,noexec'],
      ['/dev', 'rw,nosuid,noexec'],
      ['/sys/fs/cgroup/memory', 'ro,nosuid,nodev,noexec'],
    ]) {
      expect(table.some((line) => line.includes(` ${target} ${options}`))).toBe(true);
    }
  });

  test('cannot be reached from the network namespace of the host without a NIC', () => {
    const links = readFileSync(`/proc/${pid}/net/dev`, 'utf8').match(/^\s*\w+:/gm);
    expect(links?.map((link) => link.trim())).toEqual(['lo:']);
  });
});

/** Fields of /proc/PID/status. */
function statusOf(pid: number): Readonly<Record<string, string>> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
}
