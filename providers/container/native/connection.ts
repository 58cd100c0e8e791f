import { type FileHandle, open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { error as errorTags, protocol, reply } from './protocol.ts';
import {
  decodeFrames,
  encodeFrame,
  type Field,
  type Fields,
  type Frame,
  readNumber,
  readRecord,
  readText,
  WireError,
} from './wire.ts';

/** A request the native side refused or could not carry out. */
export class NativeError extends Error {
  override readonly name = 'NativeError';
  /** Linux error number, 0 when there is none. */
  readonly errno: number;
  /** What was being done, one short word. */
  readonly stage: string;
  /** Path or name it was done to. */
  readonly object: string;

  constructor(fault: { errno: number; stage: string; object: string; message: string }) {
    super(`${fault.stage}${fault.object === '' ? '' : ` '${fault.object}'`}: ${fault.message}`);
    this.errno = fault.errno;
    this.stage = fault.stage;
    this.object = fault.object;
  }
}

/** The peer cannot be reached, has gone away, or has not answered in time. The outcome of a request is unknown. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

export interface RequestOptions {
  /** Default 30 000; Infinity waits for ever. */
  readonly timeoutMs?: number;
}

interface Pending {
  readonly resolve: (fields: Fields) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout | undefined;
}

/** Longest path that fits a socket address, without the terminating NUL. */
const longestSocketPath = 107;
const usualTimeoutMs = 30_000;
const retryMs = 20;
const queueLimitMs = 5000;

/**
 * Many requests under way over one Unix socket. An idle connection does not keep the process alive.
 * Requests reject with NativeError (the peer said no), ConnectionLostError or WireError.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #unread: Buffer = Buffer.alloc(0);
  #lastId = 0;
  #fault: Error | undefined;

  /** Rejects with the error of connect(2): ENOENT and ECONNREFUSED mean that nobody is there. */
  static async open(path: string): Promise<Connection> {
    return new Connection(await openPatiently(path));
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', (error) => this.#fail(new ConnectionLostError(error.message, { cause: error })));
    socket.on('close', () => this.#fail(new ConnectionLostError('the connection was closed')));
    socket.unref();
  }

  get closed(): boolean {
    return this.#fault !== undefined;
  }

  request(type: number, fields: readonly Field[], options: RequestOptions = {}): Promise<Fields> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    this.#lastId = (this.#lastId % 0xffff_ffff) + 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const frame = encodeFrame(type, id, fields);
      this.#pending.set(id, { resolve, reject, timer: this.#startTimer(id, type, options.timeoutMs) });
      this.#socket.ref();
      this.#socket.write(frame);
    });
  }

  close(): void {
    this.#fail(new ConnectionLostError('the connection was closed by its owner'));
  }

  #startTimer(id: number, type: number, timeoutMs = usualTimeoutMs): NodeJS.Timeout | undefined {
    if (timeoutMs === Number.POSITIVE_INFINITY) return undefined;
    const late = () => new ConnectionLostError(`request ${type} has no answer after ${timeoutMs} ms`);
    return setTimeout(() => this.#settle(id)?.reject(late()), timeoutMs);
  }

  /** Forgets the request and returns its waiter, if somebody still waits. */
  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    clearTimeout(pending.timer);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#socket.unref();
    return pending;
  }

  #receive(data: Buffer): void {
    try {
      const { frames, rest } = decodeFrames(this.#unread.length === 0 ? data : Buffer.concat([this.#unread, data]));
      this.#unread = rest;
      for (const frame of frames) this.#answer(frame);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new WireError(String(error)));
    }
  }

  #answer(frame: Frame): void {
    if (frame.type < protocol.reply) return;
    const pending = this.#settle(frame.id);
    if (pending === undefined) return;
    const fault = readRecord(frame.fields, reply.error);
    if (fault === undefined) pending.resolve(frame.fields);
    else pending.reject(nativeError(fault));
  }

  #fail(error: Error): void {
    if (this.#fault !== undefined) return;
    this.#fault = error;
    this.#socket.destroy();
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
  }
}

function nativeError(fault: Fields): NativeError {
  return new NativeError({
    errno: readNumber(fault, errorTags.errno) ?? 0,
    stage: readText(fault, errorTags.stage) ?? '',
    object: readText(fault, errorTags.object) ?? '',
    message: readText(fault, errorTags.message) ?? 'failed',
  });
}

/** A listener whose queue is full says EAGAIN; it is asked again for a while. */
async function openPatiently(path: string): Promise<Socket> {
  for (let waited = 0; ; waited += retryMs) {
    try {
      return await openSocket(path);
    } catch (error) {
      const full = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!full || waited >= queueLimitMs) throw error;
      await sleep(retryMs);
    }
  }
}

/** A path too long for a socket address is reached through an open handle of its directory. */
async function openSocket(path: string): Promise<Socket> {
  if (Buffer.byteLength(path) <= longestSocketPath) return connectSocket(path);
  const directory: FileHandle = await open(dirname(path), 'r');
  try {
    return await connectSocket(`/proc/self/fd/${directory.fd}/${basename(path)}`);
  } finally {
    await directory.close();
  }
}

function connectSocket(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}
