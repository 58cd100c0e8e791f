import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** More than this is not spent on finding who holds ports: the rest is looked for the next time. */
const BUDGET_MS = 150;

/**
 * Who holds the sockets, by inode: `nginx (pid 812)`; `a program` when nobody who can be seen does. What is known
 * already is not looked for again, so that a look at a quiet host costs nothing; inodes of sockets count up, so what is
 * known stays true.
 */
export function findHolders(
  inodes: readonly string[],
  known: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const missing = new Set(inodes.filter((inode) => known[inode] === undefined));
  const kept = inodes.flatMap((inode) => (known[inode] === undefined ? [] : [[inode, known[inode]] as const]));
  const found: Record<string, string> = Object.fromEntries(kept);
  const deadline = performance.now() + BUDGET_MS;
  for (const pid of missing.size === 0 ? [] : processes()) {
    if (missing.size === 0 || performance.now() > deadline) return found;
    for (const inode of socketsOf(pid)) {
      if (missing.delete(inode)) found[inode] = `${nameOf(pid)} (pid ${pid})`;
    }
  }
  for (const inode of missing) found[inode] = UNSEEN;
  return found;
}

/** A socket of another process namespace, or of the kernel's own. */
const UNSEEN = 'a program';

function processes(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** Inodes of a process's sockets; none when it has ended meanwhile. */
function socketsOf(pid: string): readonly string[] {
  const directory = `/proc/${pid}/fd`;
  const targets = orNone(() => readdirSync(directory)).flatMap((name) =>
    orNone(() => [readlinkSync(`${directory}/${name}`)]),
  );
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

function nameOf(pid: string): string {
  return orNone(() => [readFileSync(`/proc/${pid}/comm`, 'utf8').trim()])[0] ?? 'a program';
}

function orNone(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch {
    return [];
  }
}
