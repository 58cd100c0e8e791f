import { isName } from '../../model/names.ts';
import { check } from '../read/prepare.ts';
import type { LockHolder } from '../read/records.ts';
import { converge } from './converge.ts';
import { fanOut } from './fan-out.ts';
import type { Outcome } from './outcome.ts';
import type { ReconcileContext, ReconcileRequest } from './request.ts';
import { openSession } from './session.ts';

export type { ReconcileContext, ReconcileRequest } from './request.ts';

/**
 * Observe → plan → apply until nothing is left to do, under the environment's lock. What the world does ends in the
 * outcome; a world that cannot be seen at all is a `ProviderError`, state that cannot be used a `StoreError`, somebody
 * else at work a `LockedError`.
 */
export async function reconcile(context: ReconcileContext, request: ReconcileRequest): Promise<Outcome> {
  const { signal, close } = fanOut(request.signal);
  try {
    // Lock and store are kept under the name: one that cannot be is refused before.
    if (!isName(request.environment)) return refused(await check(context, request.source));
    return await locked(context, { ...request, signal });
  } finally {
    close();
  }
}

async function locked(context: ReconcileContext, request: ReconcileRequest): Promise<Outcome> {
  const { environment, actor, wait, signal } = request;
  const onWait = (holder: LockHolder | null): void => context.emit({ kind: 'lock.waiting', holder });
  const lock = await context.home.lock(environment, actor, { wait, signal, onWait });
  if (lock === null) return INTERRUPTED;
  try {
    return await underLock(context, { ...request, source: request.reread?.() ?? request.source });
  } finally {
    await lock.release();
  }
}

const UNTOUCHED = {
  performed: 0,
  rounds: 0,
  failures: [],
  diagnostics: [],
  remaining: null,
  situation: null,
  forgotten: false,
};

const INTERRUPTED: Outcome = { kind: 'interrupted', ...UNTOUCHED };

function refused(diagnostics: Outcome['diagnostics']): Outcome {
  return { kind: 'refused', ...UNTOUCHED, diagnostics };
}

async function underLock(context: ReconcileContext, request: ReconcileRequest): Promise<Outcome> {
  const session = await openSession(context, request);
  try {
    const outcome = await converge(context, request, session);
    await session.close(outcome.kind, outcome.forgotten);
    return outcome;
  } catch (error) {
    // What went wrong first is what is told; that the journal may lack its end says the same.
    await session.close('error', false).catch(() => {});
    throw error;
  }
}
