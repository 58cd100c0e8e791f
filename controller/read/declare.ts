import { dirname, resolve } from 'node:path';
import type { Charm } from '../../model/charm.ts';
import type { Diagnostic, Place } from '../../model/diagnostic.ts';
import type { ApplicationSpec } from '../../model/environment.ts';
import { parseEnvironment } from '../../model/environment-parse.ts';
import { byPlace } from '../../model/report.ts';
import { openCharms } from './charms/source.ts';
import type { ReadCode } from './codes.ts';
import type { Declared, EnvironmentSource, ReadContext } from './situation.ts';

/** Reads the file alone: what it says, without charms and directories. */
export function parse(context: ReadContext, source: EnvironmentSource): Declared {
  const parsed = parseEnvironment(source.text, source.file, {
    providers: context.providers.kinds,
    resolvePath: (path) => resolve(dirname(source.file), path),
  });
  return { environment: parsed.value, charms: new Map(), directories: new Map(), diagnostics: parsed.diagnostics };
}

/** Completes what `parse` read with everything the file names: charms and directories, all at once. */
export async function complete(context: ReadContext, parsed: Declared): Promise<Declared> {
  const { environment } = parsed;
  if (environment === null) return parsed;
  const source = openCharms(context, environment.file);
  const [loaded, digested] = await Promise.all([
    Promise.all(environment.applications.map((application) => loadCharm(source, application))),
    Promise.all(environment.applications.flatMap((application) => digestResources(context, application))),
  ]);
  const found = [...parsed.diagnostics, ...loaded.flatMap((result) => result.diagnostics)];
  return {
    environment,
    charms: new Map(loaded.flatMap(({ application, charm }) => (charm === null ? [] : [[application, charm]]))),
    directories: new Map(digested.flatMap(({ id, digest }) => (digest === null ? [] : [[id, digest]]))),
    diagnostics: unique([...found, ...digested.flatMap((result) => result.diagnostics)]),
  };
}

interface LoadedFor {
  readonly application: string;
  readonly charm: Charm | null;
  readonly diagnostics: readonly Diagnostic[];
}

async function loadCharm(source: ReturnType<typeof openCharms>, application: ApplicationSpec): Promise<LoadedFor> {
  const { charm, diagnostics } = await source.load(application.charm);
  const place = placeOf(application, 'charm');
  const placed = diagnostics.map((diagnostic) => ({ ...diagnostic, place: diagnostic.place ?? place }));
  return { application: application.name, charm, diagnostics: placed };
}

interface DigestedResource {
  readonly id: string;
  readonly digest: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

function digestResources(context: ReadContext, application: ApplicationSpec): Promise<DigestedResource>[] {
  return Object.entries(application.resources).map(async ([name, path]): Promise<DigestedResource> => {
    const id = `${application.name}/${name}`;
    try {
      return { id, digest: await context.digestDirectory(path), diagnostics: [] };
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const code: ReadCode = 'E3101';
      const message = unreadable(path, error);
      const place = placeOf(application, `resources.${name}`);
      return { id, digest: null, diagnostics: [{ code, severity: 'error', message, hint: null, place }] };
    }
  });
}

function unreadable(path: string, { code, message }: SystemError): string {
  switch (code) {
    case 'ENOENT':
      return `there is no directory ${path}`;
    case 'ENOTDIR':
      return `${path} is not a directory`;
    case 'EFBIG':
      return `directory ${path}: ${message}`;
    default:
      return `directory ${path} cannot be read: ${code}`;
  }
}

function placeOf(application: ApplicationSpec, path: string): Place {
  return application.places.at[path] ?? application.places.self;
}

type SystemError = NodeJS.ErrnoException & { readonly code: string };

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

/** Two applications of one charm find the same faults in it. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const byText = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]));
  return [...byText.values()].sort(byPlace);
}
