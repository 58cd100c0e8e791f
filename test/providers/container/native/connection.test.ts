import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../../../providers/container/native/connection.ts';
import { error, protocol, reply } from '../../../../providers/container/native/protocol.ts';
import { decodeFrames, encodeFrame, type Frame, readText } from '../../../../providers/container/native/wire.ts';

describe('a connection', () => {
  let directory: string;
  let server: Server;
  /** What the peer does with each request. */
  let act: (peer: Socket, frame: Frame) => void;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'cantrip-connection-'));
    server = createServer((peer) => {
      let unread: Buffer = Buffer.alloc(0);
      peer.on('error', () => undefined);
      peer.on('data', (data) => {
        const { frames, rest } = decodeFrames(Buffer.concat([unread, data]));
        unread = rest;
        for (const frame of frames) act(peer, frame);
      });
    });
  });
  afterEach(() => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(path = join(directory, 'socket')): Promise<Connection> {
    server.listen(path);
    await once(server, 'listening');
    return Connection.open(path);
  }

  const answer = (peer: Socket, { type, id }: Frame, word: string) =>
    peer.write(encodeFrame(type + protocol.reply, id, [[10, word]]));

  test('gives each request its own answer, in whatever order they come', async () => {
    const waiting: [Socket, Frame][] = [];
    act = (peer, frame) => {
      waiting.push([peer, frame]);
      if (waiting.length === 3) for (const [to, one] of waiting.reverse()) answer(to, one, `to ${one.type}`);
    };
    const connection = await open();
    const replies = await Promise.all([1, 2, 3].map((type) => connection.request(type, [])));
    expect(replies.map((fields) => readText(fields, 10))).toEqual(['to 1', 'to 2', 'to 3']);
    connection.close();
  });

  test('turns an error of the peer into one that says what, where and why', async () => {
    act = (peer, { type, id }) => {
      const record = [
        [error.errno, 16],
        [error.stage, 'overlay'],
        [error.object, '/a'],
        [error.message, 'busy'],
      ] as const;
      peer.write(encodeFrame(type + protocol.reply, id, [[reply.error, record]]));
    };
    const connection = await open();
    await expect(connection.request(1, [])).rejects.toMatchObject({
      name: 'NativeError',
      errno: 16,
      stage: 'overlay',
      object: '/a',
      message: "overlay '/a': busy",
    });
    connection.close();
  });

  test.each<[string, typeof act, number]>([
    ['closes', (peer) => peer.destroy(), 5000],
    ['does not answer in time', () => undefined, 30],
  ])('is lost to a request when the peer %s', async (_, what, timeoutMs) => {
    act = what;
    const connection = await open();
    await expect(connection.request(1, [], { timeoutMs })).rejects.toMatchObject({ name: 'ConnectionLostError' });
    connection.close();
  });

  test('ends at rubbish, for every request under way and every later one', async () => {
    act = (peer) => peer.write(Buffer.alloc(8, 0xff));
    const connection = await open();
    const requests = [connection.request(1, []), connection.request(2, [])];
    for (const request of requests) await expect(request).rejects.toMatchObject({ name: 'WireError' });
    expect(connection.closed).toBe(true);
    await expect(connection.request(3, [])).rejects.toMatchObject({ name: 'WireError' });
  });

  test('reads an answer of many pieces, and passes over events and answers to nobody', async () => {
    const long = 'x'.repeat(300_000);
    act = (peer, frame) => {
      peer.write(encodeFrame(protocol.event + 1, frame.id, []));
      peer.write(encodeFrame(protocol.reply + 9, 12345, []));
      answer(peer, frame, long);
    };
    const connection = await open();
    expect(readText(await connection.request(1, []), 10)).toBe(long);
    connection.close();
  });

  test('reaches a socket whose path is longer than an address', async () => {
    const deep = join(directory, 'a'.repeat(60), 'b'.repeat(60));
    mkdirSync(deep, { recursive: true });
    act = (peer, frame) => answer(peer, frame, 'here');
    const short = join(directory, 'short');
    server.listen(short);
    await once(server, 'listening');
    symlinkSync(short, join(deep, 'socket'));
    const connection = await Connection.open(join(deep, 'socket'));
    expect(readText(await connection.request(1, []), 10)).toBe('here');
    connection.close();
  });

  test('is refused with the code of connect when nobody is there', async () => {
    await expect(Connection.open(join(directory, 'nobody'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
