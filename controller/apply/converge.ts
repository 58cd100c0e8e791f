import { plan as makePlan } from '../../engine/plan.ts';
import type { Plan } from '../../model/plan.ts';
import type { Provider } from '../../model/provider.ts';
import { parse } from '../read/declare.ts';
import { observeAll, type World } from '../read/observe.ts';
import { decide, look } from '../read/prepare.ts';
import type { Declared, Situation } from '../read/situation.ts';
import { apply } from './apply.ts';
import { type FactsWait, startFactsWait } from './facts.ts';
import { openLookout } from './lookout.ts';
import type { Outcome, OutcomeKind } from './outcome.ts';
import { type Progress, startProgress } from './progress.ts';
import { inhabited, recordState } from './record.ts';
import type { ReconcileContext, ReconcileRequest } from './request.ts';
import { retrying } from './retry.ts';
import type { Session } from './session.ts';

/** Rounds of observe → plan → apply, until nothing is left to do that can be done. */
export async function converge(
  context: ReconcileContext,
  request: ReconcileRequest,
  session: Session,
): Promise<Outcome> {
  const { environment, mode } = request;
  const parsed = parse(context, request.source);
  const lookRequest = { environment, mode, parsed, stored: session.stored() };
  const { declared, world } = await patiently(context, request, () => look(context, lookRequest));
  const loop: Loop = { context, request, session, declared, progress: startProgress(), facts: startFactsWait(context) };
  for (let seen = world; ; seen = await patiently(context, request, () => observeAll(world.providers, environment))) {
    const round = await planRound(loop, seen);
    const ended = await performRound(loop, seen, round);
    if (ended !== null) return conclude(loop, ended, round);
  }
}

interface Loop {
  readonly context: ReconcileContext;
  readonly request: ReconcileRequest;
  readonly session: Session;
  readonly declared: Declared;
  readonly progress: Progress;
  readonly facts: FactsWait;
}

interface Round {
  readonly situation: Situation;
  /** Null when diagnostics forbid one. */
  readonly plan: Plan | null;
}

/** Decides what to do and stores every decision that must outlive a crash, before anything is done. */
async function planRound({ context, request, session, declared }: Loop, world: World<Provider>): Promise<Round> {
  const situation = decide(context, { ...request, declared, world, stored: session.stored() });
  if (situation.desired === null) return { situation, plan: null };
  const input = { ...situation, desired: situation.desired, digest: context.digest, data: request.data };
  const draft = (): Plan => makePlan({ ...input, secretVersions: session.vault.versions() });
  const plan = draft();
  const untouched = request.mode === 'down' && situation.stored === null && plan.operations.length === 0;
  if (untouched) return { situation, plan };
  const secrets = await session.vault.generate(plan.secretsToGenerate);
  await session.write([...recordState({ ...request, situation, nowMs: context.clock.nowMs() }), ...secrets]);
  return { situation: { ...situation, stored: session.stored() }, plan: secrets.length > 0 ? draft() : plan };
}

/** Does what can be done, or waits for facts; says how it ends, or null to look again. */
async function performRound(
  loop: Loop,
  { providers }: World<Provider>,
  { situation, plan }: Round,
): Promise<OutcomeKind | null> {
  const { progress, facts } = loop;
  const { signal } = loop.request;
  if (plan === null) return 'refused';
  if (signal.aborted) return 'interrupted';
  if (plan.operations.length > 0 && progress.isStuck()) return 'failed';
  const tried = progress.beginRound(plan);
  if (tried && (await applyRound(loop, providers, plan))) {
    facts.restart();
    return null;
  }
  const waited = await facts.wait(situation, signal);
  if (waited === 'told') return null;
  if (waited !== 'nothing') return waited;
  if (tried) {
    progress.noteVain(plan);
    return null;
  }
  return progress.failures().length > 0 ? 'failed' : 'done';
}

/** Whether anything in the world was changed, or has changed by itself. */
async function applyRound(
  { context, request, session, progress }: Loop,
  providers: ReadonlyMap<string, Provider>,
  plan: Plan,
): Promise<boolean> {
  const { clock, emit } = context;
  const { environment, signal } = request;
  const round = progress.counts.rounds;
  emit({ kind: 'round.started', round, plan });
  const journal = await session.journal();
  journal.note({ kind: 'plan', round, operations: plan.operations.length });
  const lookout = openLookout(providers, environment);
  const operateContext = { environment, providers, lookout, vault: session.vault, journal, clock, emit };
  const applied = await apply(operateContext, { plan, givenUp: progress.givenUp, signal });
  return progress.endRound(plan, applied);
}

function conclude({ request, progress }: Loop, kind: OutcomeKind, { situation, plan }: Round): Outcome {
  const gone = situation.stored !== null && inhabited(situation.observed).length === 0;
  return {
    kind,
    ...progress.counts,
    failures: progress.failures(),
    diagnostics: situation.diagnostics,
    remaining: plan,
    situation,
    forgotten: request.mode === 'down' && kind === 'done' && gone,
  };
}

/** The look at the world itself may fail for a moment, too. */
function patiently<T>(context: ReconcileContext, { signal }: ReconcileRequest, look: () => Promise<T>): Promise<T> {
  return retrying(look, { clock: context.clock, signal, onRetry: () => {} });
}
