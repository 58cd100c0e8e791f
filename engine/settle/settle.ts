import type { Intent } from '../../model/charm.ts';
import type { DesiredRelation } from '../../model/desired.ts';
import type { UnitName } from '../../model/names.ts';
import type { EngineReport } from '../report.ts';
import type { Application } from '../resolve/application.ts';
import { checkIntent } from './check-intent.ts';
import { checkSecrets } from './check-secrets.ts';
import { reportFault } from './fault.ts';
import type { End, Group, Member } from './group.ts';
import { isPeers } from './group.ts';
import { openGroups } from './groups.ts';
import { HISTORY_LENGTH, reportUnsettled } from './oscillation.ts';
import { publishedBy } from './publication.ts';
import type { CommonView } from './view.ts';
import { commonView, viewOf } from './view.ts';

export interface SettleInput {
  readonly environment: string;
  readonly applications: ReadonlyMap<string, Application>;
  readonly relations: readonly DesiredRelation[];
  readonly units: ReadonlyMap<string, readonly UnitName[]>;
  readonly addressOf: (unit: UnitName) => string | null;
  readonly report: EngineReport;
}

/**
 * A unit asked more often than this, and once more for every application, will not come to rest. Honest data ask a unit
 * a few times, at the
 * worst once for every step of the longest chain.
 */
const MAX_EVALUATIONS = 100;

/**
 * Relation data's fixed point: asks every unit, and again those whose view changed, until nothing changes. Returns the
 * intents; units with
 * faults have none.
 */
export function settle(input: SettleInput): ReadonlyMap<UnitName, Intent> {
  const groups = openGroups(input);
  const common = new Map(groups.map((group) => [group, commonView(input.environment, group)]));
  const context = { limit: MAX_EVALUATIONS + groups.length, report: input.report };
  while (groups.some((group) => group.dirty.size > 0)) {
    for (const group of groups) sweep(group, { ...context, common: common.get(group) as CommonView });
  }
  reportUnsettled(groups, input.report);
  for (const group of groups) checkSecrets(group, input.report);
  return intentsOf(groups);
}

/** Asks the members whose view changed since they were last asked. */
function sweep(group: Group, context: SweepContext): void {
  const members = [...group.dirty];
  group.dirty.clear();
  for (const member of members) if (!member.stopped) evaluate(member, group, context);
}

interface SweepContext {
  readonly common: CommonView;
  readonly limit: number;
  readonly report: EngineReport;
}

function evaluate(member: Member, group: Group, { common, limit, report }: SweepContext): void {
  member.evaluations += 1;
  const evaluation = group.application.charm.evaluate(viewOf(member, group, common));
  const fault = evaluation.kind === 'fault' ? evaluation.fault : checkIntent(evaluation.intent, group);
  if (fault !== null) reportFault(group.application, member.name, fault, report);
  if (fault !== null || evaluation.kind === 'fault') {
    member.stopped = true;
    member.intent = null;
    return;
  }
  member.intent = evaluation.intent;
  publish(member, group, publishedBy(evaluation.intent, group, member.leader), limit);
  if (member.evaluations === limit) member.stopped = true;
}

/** Takes over what a member published; those who see it and see something new must be asked again. */
function publish(member: Member, group: Group, published: Member['published'], limit: number): void {
  const before = member.published;
  member.published = published;
  for (const end of [...group.ends.values()].flat()) {
    const text = published.get(end.key)?.text ?? '';
    if (text === (before.get(end.key)?.text ?? '')) continue;
    if (member.evaluations > limit - HISTORY_LENGTH) member.history.push({ end, text });
    notify(end, member);
  }
}

function notify(end: End, source: Member): void {
  const { opposite, remote } = end;
  opposite.view = null;
  if (!isPeers(end)) remote.relations = null;
  for (const member of remote.members) if (member !== source) remote.dirty.add(member);
}

function intentsOf(groups: readonly Group[]): ReadonlyMap<UnitName, Intent> {
  const intents = new Map<UnitName, Intent>();
  for (const group of groups) {
    for (const { name, intent } of group.members) if (intent !== null) intents.set(name, intent);
  }
  return intents;
}
