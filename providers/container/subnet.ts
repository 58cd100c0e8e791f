/** IPv4 networks as `10.87.12.0/24`. */

/** The network's first address, which is the bridge's and every container's gateway. */
export function gatewayOf(subnet: string): string {
  return textOfAddress(numberOfAddress(subnet.split('/')[0] as string) + 1);
}

/** `10.87.12.7/24`: an address of the network together with its prefix length. */
export function withPrefix(address: string, subnet: string): string {
  return `${address}/${subnet.split('/')[1]}`;
}

/** The network that an address with a prefix length lies in. */
export function networkOf(address: string, prefix: number): string {
  const mask = prefix === 0 ? 0 : (0xffff_ffff << (32 - prefix)) >>> 0;
  return `${textOfAddress((numberOfAddress(address) & mask) >>> 0)}/${prefix}`;
}

/** Whether two networks have an address in common. */
export function overlaps(a: string, b: string): boolean {
  const prefix = Math.min(prefixOf(a), prefixOf(b));
  return networkOf(addressOf(a), prefix) === networkOf(addressOf(b), prefix);
}

export function numberOfAddress(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function textOfAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

function addressOf(subnet: string): string {
  return subnet.split('/')[0] as string;
}

function prefixOf(subnet: string): number {
  return Number(subnet.split('/')[1]);
}
