/**
 * Every number of the native protocol: mirrors native/common/protocol.h name by name (`start.hostname` here is
 * `START_HOSTNAME` there; a test compares the two). Tags are local to the message or record they stand in.
 */

export const protocol = {
  version: 1,
  maxFrame: 16_777_216,
  reply: 0x8000_0000,
  event: 0x4000_0000,
} as const;

export const reply = {
  error: 1,
  warning: 2,
} as const;

export const error = {
  errno: 1,
  stage: 2,
  object: 3,
  message: 4,
} as const;

export const agent = {
  hello: 1,
  start: 2,
  stop: 3,
  remove: 4,
  list: 5,
  update: 6,
  wait: 7,
  exec: 8,
  bridgeEnsure: 9,
  bridgeRemove: 10,
  portHold: 11,
  portRelease: 12,
  portList: 13,
  shutdown: 14,
  signal: 15,
  hostsWrite: 16,
  execSignal: 17,
} as const;

export const hello = {
  version: 10,
  pid: 11,
  feature: 12,
  startedMs: 13,
} as const;

export const start = {
  id: 10,
  hostname: 11,
  layer: 12,
  upper: 13,
  work: 14,
  mount: 15,
  network: 16,
  limits: 17,
  init: 18,
  logs: 19,
  builder: 20,
  pid: 30,
  already: 31,
  timing: 32,
} as const;

export const mount = {
  source: 1,
  target: 2,
  readOnly: 3,
  optional: 4,
} as const;

export const network = {
  bridge: 1,
  address: 2,
  gateway: 3,
  mac: 4,
} as const;

export const limits = {
  cpu: 1,
  memory: 2,
  pids: 3,
  weight: 4,
} as const;

export const timing = {
  stage: 1,
  nanoseconds: 2,
} as const;

export const stop = {
  id: 10,
  graceMs: 11,
  trash: 12,
  status: 30,
} as const;

export const list = {
  container: 10,
} as const;

export const container = {
  id: 1,
  state: 2,
  pid: 3,
  status: 4,
  startedMs: 5,
  oomKills: 6,
} as const;

export const update = {
  id: 10,
  limits: 11,
} as const;

export const exec = {
  id: 10,
  argument: 11,
  environment: 12,
  directory: 13,
  uid: 14,
  gid: 15,
  group: 16,
  tty: 17,
  rows: 18,
  columns: 19,
  pid: 30,
} as const;

export const execSignal = {
  request: 10,
  number: 11,
} as const;

export const event = {
  execEnd: 1,
} as const;

export const execEnd = {
  status: 10,
} as const;

export const bridge = {
  name: 10,
  address: 11,
  mac: 12,
} as const;

export const port = {
  owner: 10,
  address: 11,
  number: 12,
  protocol: 13,
} as const;

export const portList = {
  held: 10,
} as const;

export const held = {
  owner: 1,
  address: 2,
  port: 3,
  protocol: 4,
} as const;

export const signal = {
  id: 10,
  number: 11,
} as const;

export const hosts = {
  path: 10,
  content: 11,
} as const;

export const init = {
  hello: 101,
  filesWrite: 102,
  filesRemove: 103,
  filesRead: 104,
  run: 105,
  serviceSet: 106,
  serviceRemove: 107,
  serviceSignal: 108,
  serviceRestart: 109,
  list: 110,
  await: 111,
  healthSet: 112,
} as const;

export const files = {
  file: 10,
  path: 11,
} as const;

export const file = {
  path: 1,
  mode: 2,
  owner: 3,
  group: 4,
  content: 5,
  directory: 6,
  absent: 7,
} as const;

export const run = {
  argument: 10,
  environment: 11,
  directory: 12,
  user: 13,
  group: 14,
  timeoutMs: 15,
  input: 16,
  status: 30,
  output: 31,
  timedOut: 32,
} as const;

export const service = {
  name: 10,
  digest: 11,
  argument: 12,
  environment: 13,
  directory: 14,
  user: 15,
  group: 16,
  after: 17,
  check: 18,
  stopSignal: 19,
  stopTimeoutMs: 20,
  restart: 21,
  backoffMinMs: 22,
  backoffMaxMs: 23,
  logBytes: 24,
  logFiles: 25,
  nofile: 26,
  signal: 27,
} as const;

export const check = {
  kind: 1,
  port: 2,
  path: 3,
  expect: 4,
  argument: 5,
  user: 6,
  intervalMs: 7,
  timeoutMs: 8,
  failures: 9,
  host: 10,
} as const;

export const status = {
  service: 10,
  health: 11,
  result: 12,
} as const;

export const state = {
  name: 1,
  digest: 2,
  state: 3,
  pid: 4,
  sinceMs: 5,
  restarts: 6,
  lastExit: 7,
  message: 8,
} as const;

export const health = {
  state: 1,
  sinceMs: 2,
  message: 3,
} as const;

export const awaiting = {
  name: 20,
  deadlineMs: 21,
} as const;

export const healthSet = {
  check: 10,
} as const;
