import type { RelationEnd, RelationSpec } from './environment.ts';
import { isCharmName, readText } from './environment-read.ts';
import type { Located } from './environment-tree.ts';
import { describe, quote } from './environment-tree.ts';
import { isName } from './names.ts';
import type { Report } from './report.ts';
import { didYouMean } from './suggest.ts';

const EXAMPLE = 'for example [web:database, db:database] or [web, db]';

/** What relations may refer to. */
export interface RelationContext {
  /** All names declared, also of applications that have faults of their own. */
  readonly applications: ReadonlySet<string>;
  readonly report: Report;
}

/** The relations that are right, in the order of the file. */
export function readRelations(node: Located, context: RelationContext): RelationSpec[] {
  const { report } = context;
  if (node.kind === 'null') return [];
  if (node.kind !== 'list') {
    report.error('E1103', node.place, `relations must be a list, not ${describe(node)}`, EXAMPLE);
    return [];
  }
  const relations: RelationSpec[] = [];
  const seen = new Map<string, RelationSpec>();
  for (const item of node.items) {
    const relation = readRelation(item, context);
    if (relation === null) continue;
    const key = relationKey(relation);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, relation);
      relations.push(relation);
    } else {
      const message = `the relation ${formatRelation(relation)} is declared twice: first on line ${first.place.line}`;
      report.error('E1204', relation.place, message, 'remove one of the two');
    }
  }
  return relations;
}

/** `web:database db:database`, the ends as written. */
function formatRelation(relation: RelationSpec): string {
  return relation.ends.map(formatEnd).join(' ');
}

/** `web` or `web:database`. */
export function formatEnd(end: { readonly application: string; readonly endpoint: string | null }): string {
  return end.endpoint === null ? end.application : `${end.application}:${end.endpoint}`;
}

/** `web` or `web:database` as parts, or null when the text is no end of a relation. */
export function parseEnd(text: string): { readonly application: string; readonly endpoint: string | null } | null {
  const [application = '', endpoint, ...rest] = text.split(':');
  if (!isName(application) || rest.length > 0) return null;
  if (endpoint !== undefined && !isCharmName(endpoint)) return null;
  return { application, endpoint: endpoint ?? null };
}

/** Equal for equal relations, whichever end is written first. */
function relationKey(relation: RelationSpec): string {
  return relation.ends.map(formatEnd).sort().join(' ');
}

function readRelation(node: Located, context: RelationContext): RelationSpec | null {
  const { report } = context;
  if (node.kind !== 'list' || node.items.length !== 2) {
    report.error('E1201', node.place, relationFault(node), relationHint(node));
    return null;
  }
  const [left, right] = node.items.map((item) => readEnd(item, context));
  if (left == null || right == null) return null;
  if (left.application === right.application) {
    const message = `${quote(left.application)} cannot have a relation with itself`;
    report.error('E1203', node.place, message, 'units of one application know each other without a relation');
    return null;
  }
  return { ends: [left, right], place: node.place };
}

function relationFault(node: Located): string {
  if (node.kind !== 'list') return `a relation must be a list of two ends, not ${describe(node)}`;
  return `a relation has two ends, not ${node.items.length}`;
}

function relationHint(node: Located): string {
  if (node.kind === 'text') {
    const ends = node.value.split(/[\s,]+/).filter((part) => part !== '');
    if (ends.length === 2 && ends.every((end) => parseEnd(end) !== null)) return `write [${ends.join(', ')}]`;
  }
  return EXAMPLE;
}

function readEnd(node: Located, context: RelationContext): RelationEnd | null {
  const { report, applications } = context;
  if (node.kind === 'map' && node.entries.length === 1) {
    const entry = node.entries[0];
    const hint = 'write no space after the colon: web:database';
    report.error(
      'E1201',
      node.place,
      `an end of a relation must be text, not a map with ${quote(entry?.key ?? '')}`,
      hint,
    );
    return null;
  }
  const text = readText(node, 'an end of a relation', report);
  if (text === null) return null;
  const parts = parseEnd(text);
  if (parts === null) {
    const hint = 'an application, or an application and its endpoint: web:database';
    report.error('E1201', node.place, `${quote(text)} is not an end of a relation`, hint);
    return null;
  }
  if (applications.has(parts.application)) return { ...parts, place: node.place };
  const hint = didYouMean(parts.application, applications) ?? `declare it under applications`;
  report.error('E1202', node.place, `there is no application ${quote(parts.application)}`, hint);
  return null;
}
