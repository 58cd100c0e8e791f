import type { NameTable } from '../../model/desired.ts';
import { sortedEntries } from '../../model/order.ts';

const LOCALHOST = ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback'];

/**
 * The hosts file that all containers of an environment share. A name with several addresses has a line for each,
 * which is how resolvers of the C library learn of all of them.
 */
export function hostsFile(names: NameTable): string {
  const lines = sortedEntries(names).flatMap(([name, addresses]) => addresses.map((address) => `${address} ${name}`));
  return `${[...LOCALHOST, ...lines].join('\n')}\n`;
}
