/** A range of IPv4 addresses as numbers. */
export interface Subnet {
  readonly first: number;
  readonly prefix: number;
}

/** `10.87.12.0/24` as numbers; null for anything else (IPv6 among it), which then cannot overlap ours. */
export function parseSubnet(text: string): Subnet | null {
  const match = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d{1,2}))?$/.exec(text);
  const address = match === null ? null : parseAddress(match[1] as string);
  if (match === null || address === null) return null;
  const prefix = match[2] === undefined ? 32 : Number(match[2]);
  return prefix > 32 ? null : { first: address - (address % sizeOf(prefix)), prefix };
}

export function formatSubnet({ first, prefix }: Subnet): string {
  return `${formatAddress(first)}/${prefix}`;
}

export function parseAddress(text: string): number | null {
  const parts = text.split('.').map(Number);
  const valid = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return valid ? parts.reduce((number, part) => number * 256 + part, 0) : null;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export function overlap(a: Subnet, b: Subnet): boolean {
  return a.first < b.first + sizeOf(b.prefix) && b.first < a.first + sizeOf(a.prefix);
}

export function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** How many units fit: the first address names the network, the second is the gateway, the last is the broadcast. */
export function capacity(prefix: number): number {
  return sizeOf(prefix) - 3;
}

/** Whether a unit may have the address. */
export function isForUnits({ first, prefix }: Subnet, address: number): boolean {
  return address >= first + 2 && address < first + sizeOf(prefix) - 1;
}
