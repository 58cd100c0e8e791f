import { changeText, readPlain } from './edit-change.ts';
import type { Change } from './edit-splice.ts';
import { formatEnd, parseEnd } from './environment-relation.ts';
import { quote } from './environment-tree.ts';
import type { Json, JsonObject } from './json.ts';
import { didYouMean } from './suggest.ts';

/** An end of a relation as a verb is given it: without an endpoint, any. */
interface EndName {
  readonly application: string;
  readonly endpoint: string | null;
}

/** What a verb changes in an environment file. */
export type Edit =
  | { readonly kind: 'application.add'; readonly name: string; readonly application: JsonObject }
  | { readonly kind: 'application.remove'; readonly name: string }
  | { readonly kind: 'units.set'; readonly application: string; readonly units: number }
  | {
      readonly kind: 'option.set';
      readonly application: string;
      readonly path: readonly string[];
      readonly value: Json;
    }
  | { readonly kind: 'option.unset'; readonly application: string; readonly path: readonly string[] }
  | { readonly kind: 'relation.add'; readonly ends: readonly [EndName, EndName] }
  | { readonly kind: 'relation.remove'; readonly ends: readonly [EndName, EndName] }
  | {
      readonly kind: 'expose.set';
      readonly application: string;
      readonly port: string;
      readonly value: number | string;
    }
  /** `port` null: all of them. */
  | { readonly kind: 'expose.remove'; readonly application: string; readonly port: string | null };

export type EditResult =
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string | null };

/**
 * The file with the edits made in order, comments and layout kept. An edit that finds things as they should be
 * already changes nothing.
 */
export function editEnvironment(text: string, edits: readonly Edit[]): EditResult {
  let edited = text;
  for (const edit of edits) {
    const root = readPlain(edited);
    if (!isObject(root)) return refuse('the file cannot be read: cantrip validate says why');
    const changes = changesOf(root, edit);
    if (!Array.isArray(changes)) return changes as EditResult;
    for (const change of changes as Change[]) {
      const next = changeText(edited, change);
      if (next === null) return refuse(`${change.path.join('.')} stands where it cannot be changed safely`, BY_HAND);
      edited = next;
    }
  }
  return { kind: 'edited', text: edited };
}

const BY_HAND = 'an alias or an unusual notation is involved: edit the file by hand, then run cantrip up';

function refuse(message: string, hint: string | null = null): EditResult & { kind: 'refused' } {
  return { kind: 'refused', message, hint };
}

type Changes = readonly Change[] | (EditResult & { kind: 'refused' });

function changesOf(root: JsonObject, edit: Edit): Changes {
  switch (edit.kind) {
    case 'application.add': {
      const path = ['applications', edit.name];
      if (Object.hasOwn(applicationsOf(root), edit.name)) {
        return refuse(`there is an application ${quote(edit.name)} already`, 'give the new one another name');
      }
      return [{ kind: 'set', path, value: escapeVariables(edit.application) }];
    }
    case 'application.remove':
      return withApplication(root, edit.name, () => removeApplication(root, edit.name));
    case 'units.set':
      return withApplication(root, edit.application, () => setUnits(root, edit.application, edit.units));
    case 'option.set':
      return withApplication(root, edit.application, () => {
        const path = ['applications', edit.application, 'options', ...edit.path];
        return [{ kind: 'set', path, value: escapeVariables(edit.value) }];
      });
    case 'option.unset':
      return withApplication(root, edit.application, () =>
        removeIfThere(root, ['applications', edit.application, 'options', ...edit.path]),
      );
    case 'relation.add':
      return addRelation(root, edit.ends);
    case 'relation.remove':
      return removeRelation(root, edit.ends);
    case 'expose.set':
      return withApplication(root, edit.application, () => {
        const path = ['applications', edit.application, 'expose', edit.port];
        return [{ kind: 'set', path, value: edit.value }];
      });
    case 'expose.remove':
      return withApplication(root, edit.application, () => {
        const path = ['applications', edit.application, 'expose'];
        return removeIfThere(root, edit.port === null ? path : [...path, edit.port]);
      });
  }
}

function withApplication(root: JsonObject, name: string, changes: () => Changes): Changes {
  const applications = applicationsOf(root);
  if (Object.hasOwn(applications, name)) return changes();
  return refuse(`there is no application ${quote(name)}`, didYouMean(name, Object.keys(applications)));
}

function applicationsOf(root: JsonObject): JsonObject {
  const applications = root.applications ?? null;
  return isObject(applications) ? applications : {};
}

/** Its relations go with it, last first so that the places of the others hold. */
function removeApplication(root: JsonObject, name: string): Change[] {
  const touching = relationsOf(root).filter(({ ends }) => ends.some((end) => end.application === name));
  const relations = touching.reverse().map(({ index }): Change => ({ kind: 'remove', path: ['relations', index] }));
  return [...relations, { kind: 'remove', path: ['applications', name] }];
}

/** One unit is what a file without `units` means. */
function setUnits(root: JsonObject, application: string, units: number): Change[] {
  const spec = applicationsOf(root)[application] ?? null;
  const present = isObject(spec) ? (spec.units ?? 1) : 1;
  if (present === units) return [];
  return [{ kind: 'set', path: ['applications', application, 'units'], value: units }];
}

function removeIfThere(root: JsonObject, path: readonly string[]): Change[] {
  let node: Json = root;
  for (const key of path) {
    if (!isObject(node) || !Object.hasOwn(node, key)) return [];
    node = node[key] as Json;
  }
  return [{ kind: 'remove', path }];
}

interface FoundRelation {
  readonly index: number;
  readonly ends: readonly [EndName, EndName];
}

function relationsOf(root: JsonObject): FoundRelation[] {
  const list = Array.isArray(root.relations) ? (root.relations as readonly Json[]) : [];
  return list.flatMap((item, index) => {
    const [left, right] = (Array.isArray(item) ? item : []).map((end) => parseEnd(String(end)));
    return left == null || right == null ? [] : [{ index, ends: [left, right] as const }];
  });
}

function addRelation(root: JsonObject, ends: readonly [EndName, EndName]): Changes {
  const applications = Object.keys(applicationsOf(root));
  const stranger = ends.find((end) => !applications.includes(end.application));
  if (stranger !== undefined) {
    const message = `there is no application ${quote(stranger.application)}`;
    return refuse(message, didYouMean(stranger.application, applications) ?? 'cantrip deploy CHARM NAME adds one');
  }
  if (relationsOf(root).some((relation) => sameEnds(relation.ends, ends, isSameEnd))) return [];
  return [{ kind: 'append', path: ['relations'], value: ends.map(formatEnd) }];
}

function removeRelation(root: JsonObject, ends: readonly [EndName, EndName]): Changes {
  const relations = relationsOf(root);
  const exact = relations.filter((relation) => sameEnds(relation.ends, ends, isSameEnd));
  const found = exact.length > 0 ? exact : relations.filter((relation) => sameEnds(relation.ends, ends, isFittingEnd));
  const [first, second] = found;
  const wanted = ends.map(formatEnd).join(' ');
  if (first === undefined) {
    const known = relations.map((relation) => relation.ends.map(formatEnd).join(' '));
    return refuse(`there is no relation ${wanted}`, known.length === 0 ? null : `declared: ${known.join(', ')}`);
  }
  if (second !== undefined) {
    const candidates = found.map((relation) => relation.ends.map(formatEnd).join(' '));
    return refuse(`several relations fit ${wanted}`, `say which: ${candidates.join(', or ')}`);
  }
  return [{ kind: 'remove', path: ['relations', first.index] }];
}

type EndTest = (declared: EndName, wanted: EndName) => boolean;

function sameEnds(
  [left, right]: readonly [EndName, EndName],
  [a, b]: readonly [EndName, EndName],
  test: EndTest,
): boolean {
  return (test(left, a) && test(right, b)) || (test(left, b) && test(right, a));
}

function isSameEnd(declared: EndName, wanted: EndName): boolean {
  return declared.application === wanted.application && declared.endpoint === wanted.endpoint;
}

/** An endpoint that one side leaves out may be the other's. */
function isFittingEnd(declared: EndName, wanted: EndName): boolean {
  if (declared.application !== wanted.application) return false;
  return declared.endpoint === null || wanted.endpoint === null || declared.endpoint === wanted.endpoint;
}

/** Texts given on the command line are literal: `${` is written so that the file means it. */
function escapeVariables(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escapeVariables);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, escapeVariables(member)]));
}

function isObject(value: Json | null): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
