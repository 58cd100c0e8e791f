import type { DesiredApplication, DesiredRelation } from '../../model/desired.ts';
import type { Place } from '../../model/diagnostic.ts';
import type { Cause } from '../../model/plan.ts';
import { whyNotReady } from '../../model/readiness.ts';
import type { PlanContext } from './context.ts';
import type { UnitPlan } from './unit-plan.ts';
import { isNew } from './unit-plan.ts';

/** Why something happens to a unit, back to the line of the file. */
export function causeOfUnit(plan: UnitPlan, context: PlanContext): Cause {
  const application = applicationOf(plan, context);
  switch (plan.step.kind) {
    case 'create':
      return causeOfNew(plan, application, context);
    case 'replace':
      return { text: `replace ${plan.unit.name}: ${plan.step.reason}`, place: partOf(application, ...plan.step.parts) };
    case 'start':
      return { text: `the machine of ${plan.unit.name} is ${plan.machine?.state ?? 'gone'}`, place: application.place };
    case 'resize':
    case 'keep':
      return causeInside(plan, application, context);
  }
}

export function causeOfResize(plan: UnitPlan, context: PlanContext): Cause {
  const application = applicationOf(plan, context);
  return { text: `constraints of ${application.name}`, place: partOf(application, 'constraints') };
}

/** Why a machine that no unit wants goes. */
export function causeOfLeaving(unit: string, context: PlanContext): Cause {
  const { desired } = context.input;
  if (desired.mode === 'down') return { text: `${desired.environment} is taken down`, place: null };
  const name = unit.slice(0, unit.lastIndexOf('/'));
  const application = context.applications.get(name);
  if (application === undefined) return { text: `${name} is not in the environment any more`, place: null };
  return { text: unitCount(application), place: partOf(application, 'units') };
}

function applicationOf({ unit }: UnitPlan, context: PlanContext): DesiredApplication {
  const application = context.applications.get(unit.application);
  if (application === undefined) throw new Error(`unit ${unit.name} has no application`);
  return application;
}

function causeOfNew(plan: UnitPlan, application: DesiredApplication, context: PlanContext): Cause {
  if (plan.elsewhere !== undefined) {
    const text = `${plan.unit.name} moves from ${plan.elsewhere.provider} to ${plan.unit.provider}`;
    return { text, place: partOf(application, 'provider') };
  }
  const others = (context.plansOf.get(application.name) ?? []).some(({ machine }) => machine !== undefined);
  if (others) return { text: unitCount(application), place: partOf(application, 'units') };
  return { text: `application ${application.name}`, place: application.place };
}

function unitCount({ name, units }: DesiredApplication): string {
  return `${name} has ${units.length} ${units.length === 1 ? 'unit' : 'units'}`;
}

/**
 * A change in a running unit: a neighbour that comes or goes, a new relation, else the application's own definition.
 */
function causeInside(plan: UnitPlan, application: DesiredApplication, context: PlanContext): Cause {
  if (!plan.diff.changes) return { text: notReadyText(plan), place: application.place };
  const relations = context.relationsOf.get(application.name) ?? [];
  for (const relation of relations) {
    const text = neighbourText(remoteOf(relation, application.name), context);
    if (text !== null) return { text: `relation ${relation.id}: ${text}`, place: relation.place };
  }
  const mentioned = relations.find((relation) => isMentioned(plan, remoteOf(relation, application.name), context));
  if (mentioned !== undefined) return { text: `relation ${mentioned.id}`, place: mentioned.place };
  return { text: `definition of ${application.name}`, place: partOf(application, 'options') };
}

function notReadyText({ unit, machine }: UnitPlan): string {
  return `${unit.name} is not ready: ${whyNotReady(machine) ?? 'it is about to be'}`;
}

function remoteOf(relation: DesiredRelation, application: string): string {
  return relation.provider.application === application ? relation.requirer.application : relation.provider.application;
}

function neighbourText(remote: string, context: PlanContext): string | null {
  const comes = (context.plansOf.get(remote) ?? []).filter(isNew);
  const goes = context.leavingOf.get(remote) ?? [];
  if (comes.length > 0)
    return `${enumerate(comes.map(({ unit }) => unit.name))} ${comes.length === 1 ? 'is' : 'are'} new`;
  if (goes.length > 0)
    return `${enumerate(goes.map(({ machine }) => machine.unit))} ${goes.length === 1 ? 'goes' : 'go'}`;
  return null;
}

const SHOWN = 3;

function enumerate(units: readonly string[]): string {
  if (units.length <= SHOWN) return units.join(', ');
  return `${units.slice(0, SHOWN).join(', ')} and ${units.length - SHOWN} more`;
}

/** Enough units of a neighbour to recognise it by. */
const LOOKED_FOR = 8;

/** Whether a changed file begins or ceases to mention units of an application. */
function isMentioned({ diff }: UnitPlan, remote: string, context: PlanContext): boolean {
  const units = (context.plansOf.get(remote) ?? []).slice(0, LOOKED_FOR);
  const names = units.flatMap(({ unit, machine }) => [unit.machine.hostname, unit.machine.address ?? machine?.address]);
  const words = names.filter((name) => name != null);
  return diff.files.writes.some(({ before, after }) => {
    return words.some((word) => (before?.content.includes(word) ?? false) !== after.content.includes(word));
  });
}

/** Where the first of the parts that was written stands, else the application. */
function partOf({ place, places }: DesiredApplication, ...parts: readonly string[]): Place {
  return parts.map((part) => places[part]).find((found) => found !== undefined) ?? place;
}
