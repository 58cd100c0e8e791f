import { networkOf, textOfAddress } from './subnet.ts';

/** A network of the host and the interface it is at. */
export interface HostNetwork {
  readonly interface: string;
  /** As CIDR. */
  readonly network: string;
}

/** Networks that the text of `/proc/net/route` leads to; the default route is none. */
export function parseRoutes(text: string): readonly HostNetwork[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns.length > 7 && columns[7] !== '00000000')
    .map((columns) => ({
      interface: columns[0] as string,
      network: networkOf(parseWord(columns[1] as string), prefixLength(columns[7] as string)),
    }));
}

/** A 32-bit word in the byte order of the machine. */
function parseWord(hex: string): string {
  return textOfAddress(Buffer.from(hex, 'hex').reverse().readUInt32BE(0));
}

function prefixLength(mask: string): number {
  return [...Number.parseInt(mask, 16).toString(2)].filter((bit) => bit === '1').length;
}
