import vm from 'node:vm';

/** A charm's script has this name in stack traces. */
export const BUNDLE_NAME = 'charm-bundle';

/** One evaluation may take this long; a charm that loops for ever is stopped. */
const LIMIT_MS = 1_000;
const LOAD_LIMIT_MS = 5_000;

/** A charm's own realm: strings in, strings out, and nothing of ours within reach. */
export interface Compartment {
  /** Calls a function of the charm with JSON and returns its JSON. Throws `CharmFailure`. */
  call(method: 'metadata' | 'checkOptions' | 'install' | 'evaluate', json: string): string;
}

/** What a charm threw, as text: none of its objects leaves the realm. */
export class CharmFailure extends Error {
  readonly trace: string;

  constructor(message: string, trace: string) {
    super(message);
    this.name = 'CharmFailure';
    this.trace = trace;
  }
}

export interface CompiledBundle {
  readonly script: vm.Script;
  /** V8's own cache of the compiled code, to be handed in next time. */
  readonly compiled: Buffer | null;
}

/** Compiles a bundle, quicker with what an earlier compilation left; code that V8 rejects is compiled anew. */
export function compileBundle(code: string, compiled: Buffer | null): CompiledBundle {
  const cachedData = compiled === null ? {} : { cachedData: compiled };
  const script = new vm.Script(code, { filename: BUNDLE_NAME, ...cachedData });
  const usable = compiled !== null && script.cachedDataRejected !== true;
  return { script, compiled: usable ? compiled : null };
}

/**
 * Runs the bundle in a realm of its own. Throws `CharmFailure` when the charm throws while it is loaded, or is none.
 */
export function openCompartment(bundle: vm.Script): Compartment {
  const context = vm.createContext(Object.create(null), {
    codeGeneration: { strings: false, wasm: false },
    microtaskMode: 'afterEvaluate',
  });
  PURIFY.runInContext(context);
  BRIDGE.runInContext(context);
  guarded(() => bundle.runInContext(context, { timeout: LOAD_LIMIT_MS }), LOAD_LIMIT_MS);
  const hand = vm.runInContext('$hand', context) as (method: string, json: string) => void;
  return {
    call(method, json) {
      hand(method, json);
      return guarded(() => RUN.runInContext(context, { timeout: LIMIT_MS }), LIMIT_MS);
    },
  };
}

/** The realm has no clock, no chance and no languages: a charm is a function of its unit alone. */
const PURIFY = new vm.Script(`'use strict';
{
  const refuse = (what) => () => { throw new Error(what + ' is refused: a charm is a pure function of its unit'); };
  const Instant = Date;
  const now = refuse('The present time');
  globalThis.Date = class Date extends Instant {
    constructor(...given) { super(...(given.length === 0 ? [now()] : given)); }
    static now() { return now(); }
  };
  Instant.prototype.constructor = globalThis.Date;
  Math.random = refuse('Math.random');
  const gone = ['Intl', 'WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'console'];
  for (const name of gone) delete globalThis[name];
}`);

/** Made before the charm runs, so that it cannot put others in their place. */
const BRIDGE = new vm.Script(`'use strict';
const [$hand, $run] = (() => {
  const { parse, stringify } = JSON;
  const text = String;
  let handed = ['', ''];
  const ask = (charm, method, json) => method === 'metadata' ? charm.metadata : charm[method](parse(json));
  const describe = (error) => error instanceof Error
    ? [error.name + ': ' + error.message, text(error.stack)]
    : [text(error), ''];
  return [
    (method, json) => { handed = [method, json]; },
    () => {
      try {
        const charm = charmModule.default;
        if (typeof charm?.evaluate !== 'function') return stringify({ none: true });
        return stringify({ value: ask(charm, ...handed) });
      } catch (error) {
        const [message, trace] = describe(error);
        return stringify({ message: text(message), trace: text(trace) });
      }
    },
  ];
})();`);

const RUN = new vm.Script('$run()');

/** Turns whatever comes out of the realm into text of ours. */
function guarded(run: () => unknown, limitMs: number): string {
  let answer: unknown;
  try {
    answer = run();
  } catch (error) {
    throw failureOf(error, limitMs);
  }
  return typeof answer === 'string' ? answer : '';
}

function failureOf(error: unknown, limitMs: number): CharmFailure {
  const thrown = Object(error) as Record<string, unknown>;
  if (propertyText(thrown, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
    return new CharmFailure(`it took longer than ${limitMs} ms`, '');
  }
  const name = propertyText(thrown, 'name') || 'Error';
  return new CharmFailure(`${name}: ${propertyText(thrown, 'message')}`, propertyText(thrown, 'stack'));
}

/** A property of a stranger's object: looking at it may run the stranger's code, which may throw. */
function propertyText(object: Record<string, unknown>, name: string): string {
  try {
    const value = object[name];
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
