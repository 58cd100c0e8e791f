import { expect, test } from 'vitest';
import { parseRoutes } from '../../../providers/container/host-networks.ts';
import { parseListeners } from '../../../providers/container/listeners.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

function socket(local: string, state: string, inode: number): string {
  const counters = '00000000:00000000 00:00000000 00000000     0        0';
  return `   0: ${local} 00000000:0000 ${state} ${counters} ${inode} 1 0 100 0 0 10 0\n`;
}

test.each<[string, string, string | null, number]>([
  ['all addresses', '00000000:1F90', null, 8080],
  ['loopback', '0100007F:0050', '127.0.0.1', 80],
  ['one address', '0C570A0A:FFFF', '10.10.87.12', 65535],
  ['all of both protocols', '00000000000000000000000000000000:1F90', null, 8080],
  ['::1', '00000000000000000000000001000000:0050', '::1', 80],
  ['mapped', '0000000000000000FFFF00000100007F:0050', '127.0.0.1', 80],
  ['fe80::5054:ff:fe12:3456', '000080FE00000000FF005450563412FE:0050', 'fe80::5054:ff:fe12:3456', 80],
  ['2001:db8::1:0:0:1', 'B80D0120000000000000010001000000:0050', '2001:db8::1:0:0:1', 80],
])('listening on %s', (_case, local, address, port) => {
  expect(parseListeners(HEAD + socket(local, '0A', 77))).toEqual([{ port, address, inode: '77' }]);
});

test('connections and an empty table are no listeners', () => {
  expect(parseListeners(HEAD + socket('0100007F:0050', '01', 77))).toEqual([]);
  expect(parseListeners('')).toEqual([]);
});

test('networks of the host, without its default route', () => {
  const text = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'tun0\t0000010A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    '',
  ].join('\n');
  expect(parseRoutes(text)).toEqual([
    { interface: 'eth0', network: '192.0.2.0/24' },
    { interface: 'tun0', network: '10.1.0.0/16' },
  ]);
});
