import type { Json, JsonObject } from '../../model/json.ts';
import { canonicalJson } from '../../model/json.ts';
import { sortedEntries } from '../../model/order.ts';
import type { EngineReport } from '../report.ts';
import { placeOf } from '../resolve/place-of.ts';
import type { Change, Group, Member } from './group.ts';

/** How many of the last evaluations are remembered to say what alternates. */
export const HISTORY_LENGTH = 8;

/** Applications that answer each other without end, each circle once. */
export function reportUnsettled(groups: readonly Group[], report: EngineReport): void {
  const told = new Set<Group>();
  for (const group of groups) {
    const member = group.members.find(({ stopped, intent }) => stopped && intent !== null);
    if (member === undefined) continue;
    const known = [...group.ends.values()].flat().some(({ remote }) => remote !== group && told.has(remote));
    told.add(group);
    if (!known) reportMember(group, member, report);
  }
}

/** Names the relation, the field and the values that follow each other for ever. */
function reportMember(group: Group, member: Member, report: EngineReport): void {
  const changes = lastChangesOfOneEnd(member.history);
  const [before, last] = changes.slice(-2);
  if (before === undefined || last === undefined) return;
  const { field, values } = difference(before.text, last.text);
  const { end } = last;
  const alternates = changes.at(-3)?.text === last.text;
  const how = alternates ? `alternates between ${values.join(' and ')}` : `keeps changing: ${values.join(', then ')}`;
  const what = field === '' ? 'what' : `${field} that`;
  const message = `${what} ${member.name} publishes on ${group.application.name}:${end.endpoint} ${how}`;
  const other = end.remote.application.name;
  const pair = `"${group.application.name}" and "${other}"`;
  const hint = `charms of ${pair} answer each other without end: data must not depend on their own answer`;
  report.error('E2205', placeOf(group.application.spec, 'charm'), message, hint);
}

function lastChangesOfOneEnd(history: readonly Change[]): readonly Change[] {
  const last = history.at(-1);
  return history.filter(({ end }) => end === last?.end);
}

/** The first field in which two publications differ, and its values. */
function difference(before: string, after: string): { field: string; values: [string, string] } {
  const path = firstDifference(parse(before), parse(after), []);
  const shown = path.slice(1).join('.');
  return { field: shown, values: [show(valueAt(parse(before), path)), show(valueAt(parse(after), path))] };
}

function parse(text: string): Json {
  return text === '' ? { unit: null, application: null } : (JSON.parse(text) as Json);
}

function firstDifference(a: Json, b: Json, path: readonly string[]): readonly string[] {
  if (!isObject(a) || !isObject(b)) return path;
  const keys = sortedEntries({ ...a, ...b }).map(([key]) => key);
  const key = keys.find((name) => canonicalJson(a[name] ?? null) !== canonicalJson(b[name] ?? null));
  return key === undefined ? path : firstDifference(a[key] ?? null, b[key] ?? null, [...path, key]);
}

function valueAt(value: Json, path: readonly string[]): Json {
  return path.reduce<Json>((inner, key) => (isObject(inner) ? (inner[key] ?? null) : null), value);
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function show(value: Json): string {
  const text = value === null ? 'nothing' : canonicalJson(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
