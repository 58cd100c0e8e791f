/** A user's numbers inside a container. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  readonly home: string;
}

/** Finds a user by name or number, `postgres`, `postgres:adm`, `101:104`; null when the name is not in the files. */
export function findAccount(user: string, passwd: string, group: string): Account | null {
  const [name = '', groupName] = user.split(':');
  const entry = records(passwd).find((fields) => fields[0] === name || fields[2] === name);
  const uid = entry === undefined ? numeric(name) : numeric(entry[2]);
  const chosen = groupName === undefined ? numeric(entry?.[3] ?? '0') : findGroup(groupName, group);
  if (uid === null || chosen === null) return null;
  const member = entry?.[0];
  const groups = records(group)
    .filter((fields) => member !== undefined && (fields[3] ?? '').split(',').includes(member))
    .flatMap((fields) => numeric(fields[2]) ?? [])
    .filter((gid) => gid !== chosen);
  return { uid, gid: chosen, groups: [...new Set(groups)].sort((a, b) => a - b), home: entry?.[5] || '/' };
}

function findGroup(name: string, group: string): number | null {
  const entry = records(group).find((fields) => fields[0] === name);
  return entry === undefined ? numeric(name) : numeric(entry[2]);
}

function records(text: string): readonly (readonly string[])[] {
  return text.split('\n').map((line) => line.split(':'));
}

/** Ids are 32 bits, and the last one means "none" to the kernel. */
function numeric(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return null;
  const number = Number(text);
  return number < 0xffff_ffff ? number : null;
}
