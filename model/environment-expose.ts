import type { Place } from './diagnostic.ts';
import type { ExposeSpec } from './environment.ts';
import { EXPOSE_KEYS } from './environment-keys.ts';
import { checkCharmName, readInteger, readKeys, readMap, readText } from './environment-read.ts';
import type { Located, LocatedEntry, LocatedText } from './environment-tree.ts';
import { describe, quote } from './environment-tree.ts';
import type { Report } from './report.ts';

interface ExposeReader {
  readonly report: Report;
  readonly at: Record<string, Place>;
}

/**
 * `{http: 8080}`, `{http: "127.0.0.1:8080"}` or `{http: {port: 8080, address: 127.0.0.1}}`; null after a fault that
 * spoils all of it.
 */
export function readExpose(
  node: Located,
  application: string,
  reader: ExposeReader,
): Record<string, ExposeSpec> | null {
  const what = `expose of ${quote(application)}`;
  const map = readMap(node, what, reader.report, exposeHint(node));
  if (map === null) return null;
  const exposed: Record<string, ExposeSpec> = {};
  for (const entry of map.entries) {
    reader.at[`expose.${entry.key}`] = entry.place;
    const spec = checkCharmName(entry, what, reader.report) ? readPublished(entry, reader.report) : null;
    if (spec !== null) exposed[entry.key] = spec;
  }
  return exposed;
}

function exposeHint(node: Located): string {
  const port = node.kind === 'number' ? node.source : '8080';
  return `name the charm's port and the host's: {http: ${port}}`;
}

function readPublished(entry: LocatedEntry, report: Report): ExposeSpec | null {
  const what = `expose ${quote(entry.key)}`;
  const { value } = entry;
  if (value.kind === 'text') return parseExpose(value, what, report);
  if (value.kind === 'map') {
    const keys = readKeys(value, EXPOSE_KEYS, { name: what, place: entry.place }, report);
    const port = keys.get('port')?.value;
    const address = keys.get('address')?.value;
    const number = port === undefined ? null : readPort(port, `port of ${what}`, report);
    const given = address === undefined || address.kind === 'null' ? null : readAddress(address, what, report);
    return number === null ? null : { port: number, address: given };
  }
  if (value.kind === 'number') {
    const port = readPort(value, what, report);
    return port === null ? null : { port, address: null };
  }
  const hint = 'for example {http: 8080} or {http: "127.0.0.1:8080"}';
  report.error('E1103', value.place, `${what} must be a port of the host, not ${describe(value)}`, hint);
  return null;
}

const PORT_RANGE = { min: 1, max: 65535, code: 'E1111', hint: 'a port of the host, for example 8080' } as const;

function readPort(node: Located, what: string, report: Report): number | null {
  return readInteger(node, what, PORT_RANGE, report);
}

/** `8080` in quotes or `address:8080`. */
function parseExpose(node: LocatedText, what: string, report: Report): ExposeSpec | null {
  const match = /^(?:(.*):)?(\d{1,6})$/.exec(node.value);
  if (match === null) {
    const hint = 'for example {http: 8080} or {http: "127.0.0.1:8080"}';
    report.error('E1111', node.place, `${what} is not a port: ${quote(node.value)}`, hint);
    return null;
  }
  const [, address, digits] = match;
  const pair = address !== undefined && /^\d+$/.test(address);
  if (pair) {
    const hint = `the charm knows its own port: write only the host's, ${address}`;
    report.error('E1112', node.place, `${what} has two ports: ${quote(node.value)}`, hint);
    return null;
  }
  const port = Number(digits);
  if (port < PORT_RANGE.min || port > PORT_RANGE.max) {
    report.error('E1111', node.place, `${what} must be from 1 to 65535, not ${digits}`, PORT_RANGE.hint);
    return null;
  }
  if (address === undefined) return { port, address: null };
  return isIpv4(address) ? { port, address } : refuseAddress(node, address, what, report);
}

function readAddress(node: Located, what: string, report: Report): string | null {
  const address = readText(node, `address of ${what}`, report);
  if (address === null || isIpv4(address)) return address;
  refuseAddress(node, address, what, report);
  return null;
}

function refuseAddress(node: Located, address: string, what: string, report: Report): null {
  const hint = address === 'localhost' ? 'write 127.0.0.1' : 'for example 127.0.0.1; leave it out for every address';
  report.error('E1112', node.place, `address of ${what} is not an IPv4 address: ${quote(address)}`, hint);
  return null;
}

/** Four decimal numbers without leading zeros. */
function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}
