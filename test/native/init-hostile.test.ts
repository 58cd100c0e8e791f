import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { InitClient } from '../../providers/container/native/init.ts';
import { protocol, init as requests } from '../../providers/container/native/protocol.ts';
import { encodeFrame } from '../../providers/container/native/wire.ts';
import { file, type InitContainer, openDescriptors, service, startInit, stopInits, until } from './init-container.ts';

afterEach(stopInits);

async function raw(init: InitContainer): Promise<Socket> {
  const socket = connect(init.socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** A frame whose body is not encoded by us. */
function frame(type: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(8 + body.length, 0);
  header.writeUInt32LE(type, 4);
  header.writeUInt32LE(1, 8);
  return Buffer.concat([header, body]);
}

/** Numbers that look random and are the same every time. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

async function answersStill(init: InitContainer): Promise<void> {
  expect((await init.client.hello()).version).toBe(protocol.version);
}

test.each([
  ['an oversize length', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ['a length just above the limit', Buffer.from([0x01, 0x00, 0x00, 0x01])],
  ['a length below the header', Buffer.from([7, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7])],
])('%s ends the connection, and only that one', async (_, bytes) => {
  const init = await startInit();
  const socket = await raw(init);
  const closed = once(socket, 'close');
  socket.resume().write(bytes);
  await closed;
  await answersStill(init);
});

test('a frame that never ends, and a client that leaves in the middle of one', async () => {
  const init = await startInit();
  const patient = await raw(init);
  patient.write(encodeFrame(requests.hello, 1, []).subarray(0, 9));
  const leaving = await raw(init);
  leaving.end(frame(requests.filesWrite, Buffer.alloc(100)).subarray(0, 50));
  await sleep(50);
  await answersStill(init);
  const answered = once(patient, 'data');
  patient.write(encodeFrame(requests.hello, 1, []).subarray(9));
  const [answer] = (await answered) as [Buffer];
  expect(answer.readUInt32LE(4)).toBe((protocol.reply + requests.hello) >>> 0);
  patient.destroy();
});

test('an unknown request is answered by an error', async () => {
  const init = await startInit();
  const socket = await raw(init);
  socket.write(encodeFrame(999, 7, []));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toContain('there is no request 999');
  socket.destroy();
});

test('bodies that are no fields are refused by every request that reads them', async () => {
  const init = await startInit();
  const socket = await raw(init);
  const body = Buffer.from([10, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 2, 3]);
  const types = Object.values(requests).filter((type) => type !== requests.hello && type !== requests.list);
  for (const type of types) {
    socket.write(frame(type, body));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString('latin1')).toContain('the bytes are no fields');
  }
  socket.destroy();
});

test('ten thousand frames of seeded rubbish do no harm', async () => {
  const init = await startInit();
  await init.client.setService(service('witness', 'exec sleep 1000'));
  const { services } = await init.client.await([], 2000);
  const before = openDescriptors(init.pid);
  const random = pseudoRandom(20261124);
  const types = Object.values(requests).filter((type) => type !== requests.run);
  for (let round = 0; round < 20; round++) {
    const socket = await raw(init);
    socket.resume();
    const frames = Array.from({ length: 500 }, () => rubbish(random, types));
    socket.write(Buffer.concat(frames));
    socket.end(encodeFrame(requests.hello, 1, []));
    await once(socket, 'close');
  }
  await answersStill(init);
  expect((await init.client.list()).services.find(({ name }) => name === 'witness')).toMatchObject({
    pid: services[0]?.pid,
  });
  await until(() => openDescriptors(init.pid) === before, 'all descriptors closed');
});

/** Fields with right and wrong tags, lengths that lie now and then, texts with NUL and dots; no path, no known name. */
function rubbish(random: () => number, types: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  for (let count = Math.floor(random() * 6); count > 0; count--) {
    const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 24) }, () => Math.floor(random() * 46)));
    const header = Buffer.alloc(8);
    header.writeUInt16LE(Math.floor(random() * 32), 0);
    header.writeUInt32LE(random() < 0.1 ? Math.floor(random() * 0xffff_ffff) : bytes.length, 4);
    parts.push(header, bytes);
  }
  return frame(types[Math.floor(random() * types.length)] ?? 0, Buffer.concat(parts));
}

test('the 65th client is turned away, and there is room again when one leaves', async () => {
  const init = await startInit();
  await answersStill(init);
  const sockets = await Promise.all(Array.from({ length: 63 }, () => raw(init)));
  const extra = await raw(init);
  await once(extra.resume(), 'close');
  sockets[0]?.destroy();
  await sleep(30);
  const late = await InitClient.open(init.socket);
  expect((await late.hello()).version).toBe(protocol.version);
  late.close();
  for (const socket of sockets) socket.destroy();
});

test('a client that does not read its answers is not read from, and gets them all in the end', async () => {
  const init = await startInit();
  const content = 'x'.repeat(300_000);
  const path = `${init.directory}/file`;
  await init.client.writeFiles([file(path, content)]);
  const socket = await raw(init);
  socket.pause();
  const count = 100;
  for (let id = 1; id <= count; id++) socket.write(encodeFrame(requests.filesRead, id, [[11, path]]));
  await sleep(200);
  await answersStill(init);
  expect(residentKilobytes(await statusOf(init))).toBeLessThan(4000);
  let bytes = 0;
  socket.on('data', (data: Buffer) => {
    bytes += data.length;
  });
  socket.resume();
  await until(() => bytes > count * content.length, 'all answers', 10_000);
  socket.destroy();
});

async function statusOf(init: InitContainer): Promise<string> {
  const [seen] = await init.client.readFiles(['/proc/1/status']);
  return seen?.content?.toString() ?? '';
}

function residentKilobytes(status: string): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
}

test('nothing in the container can reach into init', async () => {
  const init = await startInit();
  await init.client.setService(
    service('curious', 'ls /proc/1/fd/ && echo open; exec sleep 1000', { user: 'nobody', restart: 'never' }),
  );
  await until(() => init.log('curious').some((line) => line.startsWith('e ')), 'its complaint');
  expect(init.log('curious').join('\n')).toContain('Permission denied');
  expect(init.log('curious')).not.toContain('o open');
});
