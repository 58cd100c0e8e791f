import { constants } from 'node:os';
import type {
  HealthStatus,
  InitCheck,
  InitCommand,
  InitFile,
  InitFileSeen,
  InitService,
  InitStatus,
  ServiceStatus,
} from './init-types.ts';
import {
  check as checkTags,
  file as fileTags,
  health as healthTags,
  run as runTags,
  service as serviceTags,
  state as stateTags,
  status as statusTags,
} from './protocol.ts';
import { type Field, type Fields, readBytes, readFlag, readNumber, readRecord, readRecords, readText } from './wire.ts';

/** One field for each value. */
export function repeated(tag: number, values: readonly string[]): readonly Field[] {
  return values.map((value) => [tag, value]);
}

/** Of SIGTERM and the like. */
export function signalNumber(name: string): number {
  const number = (constants.signals as Readonly<Record<string, number>>)[name];
  if (number === undefined) throw new RangeError(`there is no signal '${name}'`);
  return number;
}

export function encodeFile(file: InitFile): readonly Field[] {
  return [
    [fileTags.path, file.path],
    [fileTags.mode, Number.parseInt(file.mode, 8)],
    [fileTags.owner, file.owner],
    [fileTags.group, file.group],
    file.kind === 'file' ? [fileTags.content, file.content] : [fileTags.directory, true],
  ];
}

export function decodeFile(fields: Fields): InitFileSeen {
  const mode = readNumber(fields, fileTags.mode);
  return {
    path: readText(fields, fileTags.path) ?? '',
    kind: readFlag(fields, fileTags.absent) ? 'absent' : readFlag(fields, fileTags.directory) ? 'directory' : 'file',
    mode: mode === undefined ? '' : mode.toString(8).padStart(4, '0'),
    owner: readText(fields, fileTags.owner) ?? '',
    group: readText(fields, fileTags.group) ?? '',
    content: readBytes(fields, fileTags.content) ?? null,
  };
}

export function encodeCommand(command: InitCommand): readonly Field[] {
  return [
    ...repeated(runTags.argument, command.arguments),
    ...repeated(runTags.environment, command.environment),
    [runTags.directory, command.directory],
    [runTags.user, command.user],
    [runTags.group, command.group],
    [runTags.timeoutMs, command.timeoutMs],
    [runTags.input, command.input],
  ];
}

export function encodeService(service: InitService): readonly Field[] {
  return [
    [serviceTags.name, service.name],
    [serviceTags.digest, service.digest],
    ...repeated(serviceTags.argument, service.arguments),
    ...repeated(serviceTags.environment, service.environment),
    [serviceTags.directory, service.directory],
    [serviceTags.user, service.user],
    [serviceTags.group, service.group],
    ...repeated(serviceTags.after, service.after),
    [serviceTags.check, service.check === null ? undefined : encodeCheck(service.check)],
    [serviceTags.stopSignal, signalNumber(service.stopSignal)],
    [serviceTags.stopTimeoutMs, service.stopTimeoutMs],
    [serviceTags.restart, service.restart],
    [serviceTags.backoffMinMs, service.backoffMinMs],
    [serviceTags.backoffMaxMs, service.backoffMaxMs],
    [serviceTags.logBytes, service.logBytes],
    [serviceTags.logFiles, service.logFiles],
    [serviceTags.nofile, service.nofile],
  ];
}

export function encodeCheck(check: InitCheck): readonly Field[] {
  return [
    [checkTags.kind, check.kind],
    ...encodeTarget(check),
    [checkTags.intervalMs, check.intervalMs],
    [checkTags.timeoutMs, check.timeoutMs],
    [checkTags.failures, check.failures],
  ];
}

function encodeTarget(check: InitCheck): readonly Field[] {
  switch (check.kind) {
    case 'tcp':
      return [[checkTags.port, check.port]];
    case 'http':
      return [
        [checkTags.port, check.port],
        [checkTags.path, check.path],
        [checkTags.expect, check.expect ?? 0],
        [checkTags.host, check.host],
      ];
    case 'exec':
      return [...repeated(checkTags.argument, check.command), [checkTags.user, check.user]];
  }
}

export function decodeStatus(fields: Fields): InitStatus {
  const health = readRecord(fields, statusTags.health);
  return {
    services: readRecords(fields, statusTags.service).map(decodeService),
    health: health === undefined ? null : decodeHealth(health),
  };
}

function decodeService(fields: Fields): ServiceStatus {
  return {
    name: readText(fields, stateTags.name) ?? '',
    digest: readText(fields, stateTags.digest) ?? '',
    state: readText(fields, stateTags.state) ?? '',
    pid: readNumber(fields, stateTags.pid) ?? null,
    sinceMs: readNumber(fields, stateTags.sinceMs) ?? 0,
    restarts: readNumber(fields, stateTags.restarts) ?? 0,
    lastExit: readNumber(fields, stateTags.lastExit) ?? null,
    message: readText(fields, stateTags.message) ?? '',
  };
}

function decodeHealth(fields: Fields): HealthStatus {
  return {
    state: readText(fields, healthTags.state) ?? '',
    sinceMs: readNumber(fields, healthTags.sinceMs) ?? 0,
    message: readText(fields, healthTags.message) ?? '',
  };
}
