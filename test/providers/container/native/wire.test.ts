import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { protocol } from '../../../../providers/container/native/protocol.ts';
import {
  decodeFields,
  decodeFrames,
  encodeFrame,
  type Field,
  type FieldValue,
  readBytes,
  readFlag,
  readNumber,
  readRecord,
  readRecords,
  readText,
  readTexts,
  WireError,
} from '../../../../providers/container/native/wire.ts';

const id = fc.nat(0xffff_ffff);
const tag = fc.nat(0xffff);
const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));

describe('a frame', () => {
  test('comes out as it went in, however it is cut', () => {
    const field = fc.tuple(tag, fc.uint8Array({ maxLength: 50 }));
    const frame = fc.tuple(id, id, fc.array(field, { maxLength: 6 }));
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.nat(), (sent, cut) => {
        const bytes = Buffer.concat(sent.map(([type, number, fields]) => encodeFrame(type, number, fields)));
        const at = bytes.length === 0 ? 0 : cut % bytes.length;
        const first = decodeFrames(bytes.subarray(0, at));
        const second = decodeFrames(Buffer.concat([first.rest, bytes.subarray(at)]));
        expect(second.rest.length).toBe(0);
        const received = [...first.frames, ...second.frames].map(({ type, id: number, fields }) => [
          type,
          number,
          fields.map((part) => [part.tag, new Uint8Array(part.bytes)]),
        ]);
        expect(received).toEqual(sent.map(([type, number, fields]) => [type, number, fields]));
      }),
    );
  });

  test('has the bytes that the protocol says', () => {
    expect(encodeFrame(2, 3, [[10, 'ab']]).toString('hex')).toBe('1200000002000000030000000a0000000200000061' + '62');
  });

  test.each([
    ['is shorter than its header', Buffer.from([7, 0, 0, 0])],
    ['is longer than allowed', Buffer.from([1, 0, 0, 1])],
    ['has a field longer than itself', Buffer.from('10000000010000000100000001000000010000' + '00', 'hex')],
    ['has half a field header', Buffer.from('0c00000001000000010000000100' + '0000', 'hex')],
    ['has a field whose zero is none', Buffer.from('1000000001000000010000000100010000000000', 'hex')],
  ])('that %s is rubbish', (_, bytes) => {
    expect(() => decodeFrames(bytes)).toThrow(WireError);
  });

  test('of any bytes is decoded or refused, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const { frames, rest } = decodeFrames(Buffer.from(bytes));
          expect(frames.length * 12 + rest.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });

  test('that would be too large is refused', () => {
    expect(() => encodeFrame(1, 1, [[1, new Uint8Array(protocol.maxFrame)]])).toThrow(WireError);
  });
});

describe('a field', () => {
  test('holds numbers, flags and texts', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.boolean(), text, (number, flag, word) => {
        const fields = sent([
          [1, number],
          [2, flag],
          [3, word],
          [4, undefined],
        ]);
        expect(readNumber(fields, 1)).toBe(number);
        expect(readFlag(fields, 2)).toBe(flag);
        expect(readText(fields, 3)).toBe(word);
        expect(readBytes(fields, 4)).toBe(undefined);
        expect(readNumber(fields, 9)).toBe(undefined);
        expect(readFlag(fields, 9)).toBe(false);
      }),
    );
  });

  test('repeats for a list, and holds fields for a record', () => {
    const fields = sent([
      [5, 'a'],
      [
        6,
        [
          [1, 'inner'],
          [2, [[1, 7]]],
        ],
      ],
      [5, 'b'],
      [6, []],
    ]);
    expect(readTexts(fields, 5)).toEqual(['a', 'b']);
    expect(readRecords(fields, 6)).toHaveLength(2);
    const [record = []] = readRecords(fields, 6);
    expect(readText(record, 1)).toBe('inner');
    expect(readNumber(readRecord(record, 2) ?? [], 1)).toBe(7);
  });

  test.each([
    ['a negative number', -1],
    ['a fraction', 0.5],
    ['a number beyond the safe ones', 2 ** 60],
    ['a text with a NUL', 'a\0b'],
  ])('cannot hold %s', (_, value: FieldValue) => {
    expect(() => encodeFrame(1, 1, [[1, value]])).toThrow(WireError);
  });

  test('that is no number, or one beyond the safe ones, is not read as one', () => {
    expect(() => readNumber(sent([[1, 'abc']]), 1)).toThrow(WireError);
    expect(() => readNumber(sent([[1, 2n ** 60n]]), 1)).toThrow(WireError);
    expect(() => decodeFields(Buffer.alloc(3))).toThrow(WireError);
  });
});

/** The fields as the other side reads them. */
function sent(fields: readonly Field[]) {
  return decodeFrames(encodeFrame(1, 1, fields)).frames[0]?.fields ?? [];
}
