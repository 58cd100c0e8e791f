import { textOfAddress } from './subnet.ts';

/** A listening TCP socket of the host. */
export interface Listener {
  readonly port: number;
  /** Null: on all addresses. */
  readonly address: string | null;
  /** The socket's inode, by which its holder is found. */
  readonly inode: string;
}

const LISTEN = '0A';

/** Listening sockets in the text of `/proc/net/tcp` or `/proc/net/tcp6`. */
export function parseListeners(text: string): readonly Listener[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === LISTEN)
    .map((columns) => {
      const [address = '', port = ''] = (columns[1] as string).split(':');
      return { port: Number.parseInt(port, 16), address: parseAddress(address), inode: columns[9] as string };
    });
}

/** Addresses stand there as 32-bit words in the byte order of the machine (little-endian on all that we run on). */
function parseAddress(hex: string): string | null {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => Buffer.from(word, 'hex').reverse());
  const bytes = Buffer.concat(words);
  if (bytes.every((byte) => byte === 0)) return null;
  if (bytes.length === 4) return textOfAddress(bytes.readUInt32BE(0));
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff;
  if (mapped) return textOfAddress(bytes.readUInt32BE(12));
  return compress(Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2)));
}

/** The longest run of zero groups becomes `::`. */
function compress(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = text.match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest === '' ? text : text.replace(new RegExp(`(^|:)${longest}(:|$)`), '::');
}
