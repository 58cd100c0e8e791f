import { protocol, reply } from './protocol.ts';

/** What a field can hold; `undefined` leaves the field out, which spares callers a condition. */
export type FieldValue = number | bigint | boolean | string | Uint8Array | readonly Field[] | undefined;

/** A field to send: its tag, and a value whose JavaScript type decides the encoding. */
export type Field = readonly [tag: number, value: FieldValue];

/** Received fields in order; see `readNumber` and its siblings. */
export type Fields = readonly ReceivedField[];

export interface ReceivedField {
  readonly tag: number;
  readonly bytes: Buffer;
}

export interface Frame {
  readonly type: number;
  readonly id: number;
  readonly fields: Fields;
}

/** The peer sent what the protocol does not allow. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const frameHeader = 12;
const fieldHeader = 8;

/** One frame, ready to send. Throws WireError when it would be larger than the protocol allows. */
export function encodeFrame(type: number, id: number, fields: readonly Field[]): Buffer {
  const body = encodeFields(fields);
  const length = frameHeader - 4 + body.length;
  if (length > protocol.maxFrame) throw new WireError(`frame of ${length} bytes: the limit is ${protocol.maxFrame}`);
  const header = Buffer.alloc(frameHeader);
  header.writeUInt32LE(length, 0);
  header.writeUInt32LE(type, 4);
  header.writeUInt32LE(id, 8);
  return Buffer.concat([header, body]);
}

/** The whole frames at the start of `data` and the bytes after them. Throws WireError for rubbish. */
export function decodeFrames(data: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (data.length - at >= 4) {
    const length = data.readUInt32LE(at);
    if (length < frameHeader - 4 || length > protocol.maxFrame) throw new WireError(`frame length ${length}`);
    if (data.length - at - 4 < length) break;
    const fields = decodeFields(data.subarray(at + frameHeader, at + 4 + length));
    frames.push({ type: data.readUInt32LE(at + 4), id: data.readUInt32LE(at + 8), fields });
    at += 4 + length;
  }
  return { frames, rest: data.subarray(at) };
}

/** Fields of a record or of a frame's body. Throws WireError for rubbish. */
export function decodeFields(data: Buffer): Fields {
  const fields: ReceivedField[] = [];
  let at = 0;
  while (at < data.length) {
    if (data.length - at < fieldHeader) throw new WireError('a field ends inside its header');
    const length = data.readUInt32LE(at + 4);
    if (data.readUInt16LE(at + 2) !== 0 || length > data.length - at - fieldHeader) {
      throw new WireError(`field of ${length} bytes where ${data.length - at - fieldHeader} are left`);
    }
    fields.push({ tag: data.readUInt16LE(at), bytes: data.subarray(at + fieldHeader, at + fieldHeader + length) });
    at += fieldHeader + length;
  }
  return fields;
}

/** The last field of that tag as a number, or undefined. Throws WireError beyond the safe integers. */
export function readNumber(fields: Fields, tag: number): number | undefined {
  const bytes = readBytes(fields, tag);
  if (bytes === undefined) return undefined;
  if (bytes.length !== 8) throw new WireError(`tag ${tag} is not a number`);
  const value = bytes.readBigUInt64LE();
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new WireError(`tag ${tag} holds ${value}`);
  return Number(value);
}

export function readText(fields: Fields, tag: number): string | undefined {
  return readBytes(fields, tag)?.toString('utf8');
}

export function readTexts(fields: Fields, tag: number): readonly string[] {
  return fields.filter((field) => field.tag === tag).map((field) => field.bytes.toString('utf8'));
}

export function readFlag(fields: Fields, tag: number): boolean {
  return (readNumber(fields, tag) ?? 0) !== 0;
}

export function readBytes(fields: Fields, tag: number): Buffer | undefined {
  return fields.filter((field) => field.tag === tag).at(-1)?.bytes;
}

export function readRecord(fields: Fields, tag: number): Fields | undefined {
  const bytes = readBytes(fields, tag);
  return bytes === undefined ? undefined : decodeFields(bytes);
}

export function readRecords(fields: Fields, tag: number): readonly Fields[] {
  return fields.filter((field) => field.tag === tag).map((field) => decodeFields(field.bytes));
}

/** Refused niceties a reply speaks of. */
export function readWarnings(fields: Fields): readonly string[] {
  return readTexts(fields, reply.warning);
}

function encodeFields(fields: readonly Field[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [tag, value] of fields) {
    if (value === undefined) continue;
    const bytes = encodeValue(tag, value);
    const header = Buffer.alloc(fieldHeader);
    header.writeUInt16LE(tag, 0);
    header.writeUInt32LE(bytes.length, 4);
    parts.push(header, bytes);
  }
  return Buffer.concat(parts);
}

function encodeValue(tag: number, value: Exclude<FieldValue, undefined>): Uint8Array {
  switch (typeof value) {
    case 'string':
      if (value.includes('\0')) throw new WireError(`the text of tag ${tag} holds a NUL`);
      return Buffer.from(value, 'utf8');
    case 'boolean':
      return encodeNumber(value ? 1n : 0n);
    case 'bigint':
      return encodeNumber(value);
    case 'number':
      if (!Number.isSafeInteger(value) || value < 0) throw new WireError(`tag ${tag} cannot hold ${value}`);
      return encodeNumber(BigInt(value));
    case 'object':
      return value instanceof Uint8Array ? value : encodeFields(value);
  }
}

function encodeNumber(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
