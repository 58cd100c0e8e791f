import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { BuildFailure, Message, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { ReadCode } from '../codes.ts';
import { type CharmEntry, isBelow } from './entry.ts';

/** A charm and everything it imports in one script that leaves its module in the global `charmModule`. */
export interface CharmBundle {
  readonly code: string;
  /** Source map, sources relative to the charm's folder. */
  readonly map: string;
  /** Real paths of all files it was made from, packages aside. Sorted. */
  readonly inputs: readonly string[];
}

export type BundleResult =
  | { readonly kind: 'bundle'; readonly bundle: CharmBundle }
  | { readonly kind: 'faults'; readonly diagnostics: readonly Diagnostic[] };

/** Bundles a charm by path. esbuild is loaded here and only here: it costs a process. */
export async function bundleCharm(entry: CharmEntry, kit: string): Promise<BundleResult> {
  const { build } = await import('esbuild');
  try {
    const result = await build({
      entryPoints: [entry.file],
      bundle: true,
      write: false,
      metafile: true,
      format: 'iife',
      globalName: 'charmModule',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      target: 'es2022',
      // An import at run time would be served by the host, not by the compartment.
      supported: { 'dynamic-import': false },
      sourcemap: 'external',
      sourcesContent: false,
      minifySyntax: true,
      minifyWhitespace: true,
      absWorkingDir: entry.root,
      outdir: entry.root,
      tsconfigRaw: {},
      logLevel: 'silent',
      plugins: [guard(entry, kit)],
    });
    const inputs = Object.keys(result.metafile.inputs).map((input) => resolve(entry.root, input));
    return {
      kind: 'bundle',
      bundle: {
        code: textOf(result.outputFiles, '.js'),
        map: textOf(result.outputFiles, '.map'),
        inputs: inputs.filter((input) => !input.includes('/node_modules/')).sort(),
      },
    };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { kind: 'faults', diagnostics: error.errors.map((message) => diagnosticOf(message, entry)) };
  }
}

function textOf(files: readonly { readonly path: string; readonly text: string }[], ending: string): string {
  return files.find((file) => file.path.endsWith(ending))?.text ?? '';
}

const OUTSIDE =
  'a charm may import cantrip/kit, zod and files of its own folder, so that planning it cannot read yours';

/** Lets a charm's files import the kit, zod and each other. What the kit itself imports is not its concern. */
function guard(entry: CharmEntry, kit: string): Plugin {
  return {
    name: 'charm-imports',
    setup(build) {
      build.onResolve({ filter: /./ }, (args) => {
        if (args.pluginData === RESOLVING || args.kind === 'entry-point') return undefined;
        if (args.path === 'cantrip/kit') return { path: kit };
        if (args.path === 'zod' || args.path.startsWith('zod/')) return resolveFrom(build, args, dirname(kit));
        return isBelow(entry.root, args.importer) ? resolveOwn(build, args, entry) : undefined;
      });
    },
  };
}

const RESOLVING = Symbol('resolving');

async function resolveFrom(build: PluginBuild, args: OnResolveArgs, directory: string): Promise<OnResolveResult> {
  const { path, errors } = await build.resolve(args.path, {
    resolveDir: directory,
    kind: args.kind,
    pluginData: RESOLVING,
  });
  return errors.length > 0 ? { errors } : { path };
}

async function resolveOwn(build: PluginBuild, args: OnResolveArgs, entry: CharmEntry): Promise<OnResolveResult> {
  const refused = { errors: [{ text: `${JSON.stringify(args.path)} cannot be imported`, detail: OUTSIDE }] };
  if (!/^\.{1,2}(\/|$)/.test(args.path)) return refused;
  const found = await resolveFrom(build, args, args.resolveDir);
  return found.path === undefined || isBelow(entry.root, realpathSync(found.path)) ? found : refused;
}

function diagnosticOf(message: Message, entry: CharmEntry): Diagnostic {
  const { location } = message;
  const refused = message.detail === OUTSIDE;
  const code: ReadCode = refused ? 'E3003' : 'E3002';
  const place =
    location === null
      ? { file: entry.file, line: 1, column: 1 }
      : { file: resolve(entry.root, location.file), line: location.line, column: location.column + 1 };
  return { code, severity: 'error', message: message.text, hint: refused ? OUTSIDE : null, place };
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}
