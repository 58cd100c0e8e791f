import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agent, error, protocol, reply, start, stop } from '../../providers/container/native/protocol.ts';
import {
  decodeFrames,
  encodeFrame,
  type Frame,
  readNumber,
  readRecord,
  readText,
} from '../../providers/container/native/wire.ts';
import { AgentLab, until } from './agent-lab.ts';

describe('an agent that is sent rubbish', () => {
  let lab: AgentLab;
  let pid: number;
  beforeAll(async () => {
    lab = await AgentLab.open();
    ({ pid } = await lab.agent.hello());
  });
  afterAll(async () => {
    expect((await lab.agent.hello()).pid).toBe(pid);
    await lab.close();
  });

  const longLength = Buffer.alloc(4, 0xff);
  const shortLength = Buffer.from([3, 0, 0, 0, 1, 2, 3]);

  test.each([
    ['a frame longer than allowed', longLength],
    ['a frame too short for its header', shortLength],
  ])('closes the connection: %s', async (_, bytes) => {
    const peer = await open();
    peer.write(bytes);
    await once(peer, 'close');
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['part of a length', Buffer.from([1, 2])],
    ['half a frame', encodeFrame(agent.list, 1, []).subarray(0, 9)],
    ['the beginning of the largest frame', Buffer.from([0, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 0])],
  ])('forgets a peer that goes after %s', async (_, bytes) => {
    const peer = await open();
    peer.write(bytes);
    peer.end();
    await once(peer, 'close');
  });

  test('answers an unknown request by an error, and goes on with the connection', async () => {
    const answers = await ask([encodeFrame(999, 7, []), encodeFrame(agent.hello, 8, [])], 2);
    expect(answers.map(({ id }) => id)).toEqual([7, 8]);
    expect(faultOf(answers[0])).toMatchObject({ errno: 38, stage: 'request' });
    expect(faultOf(answers[1])).toBe(undefined);
  });

  test('takes many requests in one piece and one request in many pieces', async () => {
    const frames = Array.from({ length: 200 }, (_, id) => encodeFrame(agent.list, id, []));
    expect((await ask([Buffer.concat(frames)], 200)).map(({ id }) => id)).toEqual(frames.map((_, id) => id));
    const [answer] = await ask(
      [...encodeFrame(agent.hello, 5, [])].map((byte) => Buffer.from([byte])),
      1,
    );
    expect(answer?.id).toBe(5);
  });

  test.each([
    ['a number of three bytes', agent.stop, [[stop.graceMs, new Uint8Array(3)]]],
    ['a text with a NUL', agent.start, [[start.id, new Uint8Array([65, 0, 66])]]],
    ['a record that ends in a field', agent.start, [[start.network, new Uint8Array([1, 0, 0, 0, 9, 0, 0, 0, 1])]]],
    ['a record that ends in a header', agent.start, [[start.limits, new Uint8Array(5)]]],
    ['no id', agent.remove, []],
    [
      'a trash that is no path',
      agent.remove,
      [
        [stop.id, '00112233445566aa'],
        [stop.trash, 'relative/path'],
      ],
    ],
    ['an exec of nothing', agent.exec, []],
    ['a hosts file without a path', agent.hostsWrite, []],
    ['a port of nobody', agent.portHold, []],
  ] as const)('refuses %s', async (_, type, fields) => {
    const [answer] = await ask([encodeFrame(type, 1, fields)], 1);
    expect(faultOf(answer)?.message).toBeTruthy();
  });

  test('survives any fields in any request', async () => {
    const types = Object.values(agent).filter((type) => type !== agent.shutdown);
    const field = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.uint8Array({ maxLength: 40 }));
    const request = fc.tuple(fc.constantFrom(...types), fc.array(field, { maxLength: 12 }));
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 20 }), async (requests) => {
        const peer = await open();
        for (const [id, [type, fields]] of requests.entries()) peer.write(encodeFrame(type, id, fields));
        peer.end(encodeFrame(agent.hello, 1000, []));
        await once(peer.resume(), 'close');
        expect((await lab.agent.hello()).pid).toBe(pid);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test('survives any bytes', async () => {
    for (let i = 0; i < 60; i++) {
      const peer = await open();
      peer.on('error', () => undefined);
      peer.write(randomBytes(1 + ((i * 37) % 4000)));
      peer.destroySoon();
      await once(peer.resume(), 'close');
    }
    expect((await lab.agent.hello()).pid).toBe(pid);
    expect(await lab.agent.list()).toEqual([]);
  });

  test("keeps a slow reader's answers without standing still", async () => {
    const peer = await open();
    for (let id = 0; id < 3000; id++) peer.write(encodeFrame(agent.hello, id, []));
    peer.pause();
    expect((await lab.agent.hello()).pid).toBe(pid);
    peer.destroy();
  });

  test('holds no descriptor of peers that have gone', async () => {
    const count = () => readdirSync(`/proc/${pid}/fd`).length;
    const before = count();
    for (let i = 0; i < 300; i++) {
      const peer = await open();
      peer.destroy();
      await once(peer, 'close');
    }
    await until(() => count() <= before, 'the agent to notice');
  });

  async function open(): Promise<Socket> {
    const peer = connect(join(lab.run, 'agent.sock'));
    await once(peer, 'connect');
    return peer;
  }

  /** Sends the pieces one by one and resolves with so many frames. */
  async function ask(pieces: readonly Buffer[], count: number): Promise<readonly Frame[]> {
    const peer = await open();
    const answers: Frame[] = [];
    let unread: Buffer = Buffer.alloc(0);
    for (const piece of pieces) peer.write(piece);
    for await (const data of peer) {
      const { frames, rest } = decodeFrames(Buffer.concat([unread, data as Buffer]));
      unread = rest;
      answers.push(...frames);
      if (answers.length >= count) break;
    }
    return answers;
  }
});

function faultOf(frame: Frame | undefined) {
  const record = frame && readRecord(frame.fields, reply.error);
  expect(frame?.type).toBeGreaterThan(protocol.reply);
  return (
    record && {
      errno: readNumber(record, error.errno),
      stage: readText(record, error.stage),
      message: readText(record, error.message),
    }
  );
}
