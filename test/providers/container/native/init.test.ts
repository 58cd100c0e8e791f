import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { InitClient } from '../../../../providers/container/native/init.ts';
import type { InitService } from '../../../../providers/container/native/init-types.ts';
import { init, protocol } from '../../../../providers/container/native/protocol.ts';
import {
  decodeFields,
  decodeFrames,
  encodeFrame,
  type Field,
  type Frame,
} from '../../../../providers/container/native/wire.ts';

// The real init answers in test/native; here a peer looks at what exactly is sent, and answers what init would not.

interface Peer {
  readonly client: InitClient;
  readonly requests: Frame[];
  answers: readonly Field[];
}

const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function startPeer(answers: readonly Field[] = []): Promise<Peer> {
  const directory = mkdtempSync(join(tmpdir(), 'cantrip-init-client-'));
  const requests: Frame[] = [];
  const server: Server = createServer((socket) => {
    let unread: Buffer = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      const { frames, rest } = decodeFrames(Buffer.concat([unread, data]));
      unread = rest;
      requests.push(...frames);
      for (const { type, id } of frames) socket.write(encodeFrame((protocol.reply + type) >>> 0, id, peer.answers));
    });
  });
  server.listen(join(directory, 'control.sock'));
  await once(server, 'listening');
  const client = await InitClient.open(join(directory, 'control.sock'));
  const peer: Peer = { client, requests, answers };
  cleanups.push(
    () => rmSync(directory, { recursive: true }),
    () => server.close(),
    () => client.close(),
  );
  return peer;
}

/** `12 text`, `19 #15`, with records in brackets where their tag is named. */
function spell(body: Frame['fields'], records: readonly number[] = []): readonly string[] {
  return body.map(({ tag, bytes }) => {
    if (records.includes(tag)) return `${tag} [${spell(decodeFields(bytes)).join(', ')}]`;
    return bytes.length === 8 ? `${tag} #${bytes.readBigUInt64LE()}` : `${tag} ${bytes.toString()}`;
  });
}

const web: InitService = {
  name: 'web',
  digest: 'd1',
  arguments: ['node', 'server.js'],
  environment: ['PORT=1'],
  directory: '/srv',
  user: 'app',
  group: '',
  after: ['db'],
  check: { kind: 'http', port: 3000, path: '/health', expect: null, intervalMs: 1000, timeoutMs: 900, failures: 3 },
  stopSignal: 'SIGQUIT',
  stopTimeoutMs: 4000,
  restart: 'on-failure',
  backoffMinMs: 100,
  backoffMaxMs: 200,
  logBytes: 4096,
  logFiles: 2,
};

test('a service as it is sent', async () => {
  const { client, requests } = await startPeer();
  await client.setService(web);
  expect(requests[0]?.type).toBe(init.serviceSet);
  expect(spell(requests[0]?.fields ?? [], [18])).toEqual([
    '10 web',
    '11 d1',
    '12 node',
    '12 server.js',
    '13 PORT=1',
    '14 /srv',
    '15 app',
    '16 ',
    '17 db',
    '18 [1 http, 2 #3000, 3 /health, 4 #0, 7 #1000, 8 #900, 9 #3]',
    '19 #3',
    '20 #4000',
    '21 on-failure',
    '22 #100',
    '23 #200',
    '24 #4096',
    '25 #2',
  ]);
});

test.each([
  [{ kind: 'tcp', port: 5432 }, '10 [1 tcp, 2 #5432, 7 #1, 8 #2, 9 #3]'],
  [
    { kind: 'http', port: 80, path: '/', expect: 204, host: 'a.test' },
    '10 [1 http, 2 #80, 3 /, 4 #204, 10 a.test, 7 #1, 8 #2, 9 #3]',
  ],
  [
    { kind: 'exec', command: ['pg_isready', '-q'], user: 'db' },
    '10 [1 exec, 5 pg_isready, 5 -q, 6 db, 7 #1, 8 #2, 9 #3]',
  ],
] as const)('the check %j as it is sent', async (check, spelt) => {
  const { client, requests } = await startPeer();
  await client.setHealth({ ...check, intervalMs: 1, timeoutMs: 2, failures: 3 });
  expect(spell(requests[0]?.fields ?? [], [10])).toEqual([spelt]);
});

test('small requests as they are sent', async () => {
  const { client, requests } = await startPeer();
  await client.setHealth(null);
  await client.removeFiles(['/a', '/b']);
  await client.removeServices(['web', 'db']);
  await client.signalService('web', 'SIGHUP');
  await client.restartService('web');
  await client.await(['web'], 5000);
  expect(requests.map(({ type, fields }) => [type, ...spell(fields)])).toEqual([
    [init.healthSet],
    [init.filesRemove, '11 /a', '11 /b'],
    [init.serviceRemove, '10 web', '10 db'],
    [init.serviceSignal, '10 web', '27 #1'],
    [init.serviceRestart, '10 web'],
    [init.await, '20 web', '21 #5000'],
  ]);
});

test('files in order, in as many frames as they need', async () => {
  const { client, requests } = await startPeer();
  const place = { mode: '0640', owner: 'app', group: '50' };
  const large = 'x'.repeat(5 * 1024 * 1024);
  await client.writeFiles([
    { kind: 'directory', path: '/d', ...place },
    { kind: 'file', path: '/d/a', content: 'a', ...place },
    { kind: 'file', path: '/d/b', content: large, ...place },
    { kind: 'file', path: '/d/c', content: large, ...place },
  ]);
  expect(requests.map(({ fields }) => fields.length)).toEqual([3, 1]);
  expect(spell(requests[0]?.fields.slice(0, 2) ?? [], [10])).toEqual([
    '10 [1 /d, 2 #416, 3 app, 4 50, 6 #1]',
    '10 [1 /d/a, 2 #416, 3 app, 4 50, 5 a]',
  ]);
});

test('a status as it is read, with what is absent as null', async () => {
  const { client } = await startPeer([
    [
      10,
      [
        [1, 'web'],
        [2, 'd1'],
        [3, 'backoff'],
        [5, 1000],
        [6, 2],
        [7, 256],
        [8, 'exit 1'],
      ],
    ],
    [
      10,
      [
        [1, 'db'],
        [2, 'd2'],
        [3, 'ready'],
        [4, 77],
        [5, 900],
        [6, 0],
        [8, ''],
      ],
    ],
    [
      11,
      [
        [1, 'starting'],
        [2, 800],
        [3, 'refused'],
      ],
    ],
    [12, 'deadline'],
    [99, 'of a later version'],
  ]);
  const status = {
    services: [
      {
        name: 'web',
        digest: 'd1',
        state: 'backoff',
        pid: null,
        sinceMs: 1000,
        restarts: 2,
        lastExit: 256,
        message: 'exit 1',
      },
      { name: 'db', digest: 'd2', state: 'ready', pid: 77, sinceMs: 900, restarts: 0, lastExit: null, message: '' },
    ],
    health: { state: 'starting', sinceMs: 800, message: 'refused' },
  };
  expect(await client.list()).toEqual(status);
  expect(await client.await([], 1)).toEqual({ ...status, result: 'deadline' });
});

test('warnings are returned, errors thrown with all they know', async () => {
  const peer = await startPeer([
    [2, 'fewer descriptors'],
    [2, 'and another'],
  ]);
  expect(await peer.client.setService(web)).toEqual(['fewer descriptors', 'and another']);
  peer.answers = [
    [
      1,
      [
        [1, 2],
        [2, 'exec'],
        [3, '/bin/x'],
        [4, 'No such file or directory'],
      ],
    ],
  ];
  await expect(peer.client.restartService('web')).rejects.toMatchObject({
    errno: 2,
    stage: 'exec',
    object: '/bin/x',
    message: "exec '/bin/x': No such file or directory",
  });
});

test('a signal that does not exist is our own mistake', async () => {
  const { client, requests } = await startPeer();
  await expect(client.signalService('web', 'SIGNONE')).rejects.toThrow(RangeError);
  expect(requests).toEqual([]);
});
