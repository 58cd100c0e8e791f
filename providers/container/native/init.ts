import { Connection, type RequestOptions } from './connection.ts';
import {
  decodeFile,
  decodeStatus,
  encodeCheck,
  encodeCommand,
  encodeFile,
  encodeService,
  repeated,
  signalNumber,
} from './init-fields.ts';
import type {
  AwaitOutcome,
  InitCheck,
  InitCommand,
  InitFile,
  InitFileSeen,
  InitOutcome,
  InitService,
  InitStatus,
} from './init-types.ts';
import {
  awaiting,
  files as filesTags,
  healthSet as healthSetTags,
  hello as helloTags,
  init,
  run as runTags,
  service as serviceTags,
  status as statusTags,
} from './protocol.ts';
import { type Field, readBytes, readFlag, readNumber, readRecords, readText, readWarnings } from './wire.ts';

export type * from './init-types.ts';

/** Beyond a request's own deadline, before its answer counts as lost. */
const GRACE_MS = 10_000;
/** Contents that travel in one frame, well below its limit. */
const BATCH_BYTES = 8 * 1024 * 1024;

/** Process 1 of a container (native/PROTOCOL.md, requests 101 to 112). Rejects as Connection.request does. */
export class InitClient {
  readonly #connection: Connection;

  /** `path` is the control socket's on the host. */
  static async open(path: string): Promise<InitClient> {
    return new InitClient(await Connection.open(path));
  }

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get closed(): boolean {
    return this.#connection.closed;
  }

  close(): void {
    this.#connection.close();
  }

  async hello(options?: RequestOptions): Promise<{ readonly version: number; readonly startedMs: number }> {
    const fields = await this.#connection.request(init.hello, [], options);
    return {
      version: readNumber(fields, helloTags.version) ?? 0,
      startedMs: readNumber(fields, helloTags.startedMs) ?? 0,
    };
  }

  /** In order, up to the first failure. Each appears whole or not at all; missing parents are made. */
  async writeFiles(files: readonly InitFile[]): Promise<void> {
    for (const batch of batchesOf(files)) {
      await this.#connection.request(
        init.filesWrite,
        batch.map((file) => [filesTags.file, encodeFile(file)]),
      );
    }
  }

  /** Files, links and empty directories; what is not there has been removed. */
  async removeFiles(paths: readonly string[]): Promise<void> {
    await this.#connection.request(init.filesRemove, repeated(filesTags.path, paths));
  }

  /** At most 4 MiB each and 16 MiB together. */
  async readFiles(paths: readonly string[]): Promise<readonly InitFileSeen[]> {
    const fields = await this.#connection.request(init.filesRead, repeated(filesTags.path, paths));
    return readRecords(fields, filesTags.file).map(decodeFile);
  }

  async run(command: InitCommand): Promise<InitOutcome> {
    const timeoutMs = command.timeoutMs === 0 ? Number.POSITIVE_INFINITY : command.timeoutMs + GRACE_MS;
    const fields = await this.#connection.request(init.run, encodeCommand(command), { timeoutMs });
    return {
      status: readNumber(fields, runTags.status) ?? 0,
      output: readBytes(fields, runTags.output) ?? Buffer.alloc(0),
      timedOut: readFlag(fields, runTags.timedOut),
    };
  }

  /** Defines and starts, or restarts for another digest. Resolves at once, with the niceties that were refused. */
  async setService(service: InitService): Promise<readonly string[]> {
    return readWarnings(await this.#connection.request(init.serviceSet, encodeService(service)));
  }

  /** Resolves when they have stopped, in reverse order of `after`. */
  async removeServices(names: readonly string[]): Promise<void> {
    const fields = repeated(serviceTags.name, names);
    await this.#connection.request(init.serviceRemove, fields, { timeoutMs: Number.POSITIVE_INFINITY });
  }

  /** `signal` is SIGHUP and the like. */
  async signalService(name: string, signal: string): Promise<void> {
    await this.#connection.request(init.serviceSignal, [
      [serviceTags.name, name],
      [serviceTags.signal, signalNumber(signal)],
    ]);
  }

  async restartService(name: string): Promise<void> {
    await this.#connection.request(init.serviceRestart, [[serviceTags.name, name]]);
  }

  async list(options?: RequestOptions): Promise<InitStatus> {
    return decodeStatus(await this.#connection.request(init.list, [], options));
  }

  /** Until the services (none named: all) are ready and the health check passes, one does not come, or time is over. */
  async await(names: readonly string[], deadlineMs: number): Promise<AwaitOutcome> {
    const request: readonly Field[] = [...repeated(awaiting.name, names), [awaiting.deadlineMs, deadlineMs]];
    const fields = await this.#connection.request(init.await, request, { timeoutMs: deadlineMs + GRACE_MS });
    const result = readText(fields, statusTags.result);
    return { ...decodeStatus(fields), result: result === 'ready' || result === 'failed' ? result : 'deadline' };
  }

  /** The check of the unit as a whole; null for none. */
  async setHealth(check: InitCheck | null): Promise<void> {
    await this.#connection.request(init.healthSet, [
      [healthSetTags.check, check === null ? undefined : encodeCheck(check)],
    ]);
  }
}

function batchesOf(files: readonly InitFile[]): readonly (readonly InitFile[])[] {
  const batches: InitFile[][] = [[]];
  let bytes = 0;
  for (const file of files) {
    const size = file.path.length + (file.kind === 'file' ? Buffer.byteLength(file.content) : 0);
    if (bytes > 0 && bytes + size > BATCH_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(file);
    bytes += size;
  }
  return batches;
}
