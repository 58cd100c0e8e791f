import { expect, it } from 'vitest';
import { formatBytes, formatMillicores, parseBytes, parseMillicores } from '../../model/quantities.ts';

it.each([
  ['512M', 512 * 1024 ** 2, '512M'],
  ['1.5G', 1.5 * 1024 ** 3, '1536M'],
  ['2Gi', 2 * 1024 ** 3, '2G'],
  ['1T', 1024 ** 4, '1T'],
  ['64K', 65_536, '64K'],
])('%s is %i bytes, written %s', (text, bytes, written) => {
  expect(parseBytes(text)).toBe(bytes);
  expect(formatBytes(bytes)).toBe(written);
});

it.each(['512', '512MB', '512m', '-1G', '1.G', 'G', '', '9999999999T', '1e3M'])('%j is no size', (text) => {
  expect(parseBytes(text)).toBeNull();
});

it.each([
  ['0.5', 500, '0.5'],
  ['2', 2000, '2'],
  ['500m', 500, '0.5'],
  ['0.125', 125, '0.125'],
])('%s is %i thousandths of a processor, written %s', (text, millicores, written) => {
  expect(parseMillicores(text)).toBe(millicores);
  expect(formatMillicores(millicores)).toBe(written);
});

it.each(['', 'fast', '-1', '0.0001', '1e3', '.5', '9'.repeat(20)])('%j is no number of processors', (text) => {
  expect(parseMillicores(text)).toBeNull();
});

it('bytes that no unit fits are said in bytes', () => expect(formatBytes(1000)).toBe('1000 bytes'));
