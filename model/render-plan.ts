import type { ServiceIntent } from './charm.ts';
import type { Place } from './diagnostic.ts';
import { formatPlace } from './diagnostic.ts';
import { diffLines, formatHunk, linesOf } from './line-diff.ts';
import type { ObservedFile } from './observed.ts';
import { sortedEntries } from './order.ts';
import type { Action, Cause, FileWrite, Operation, Plan } from './plan.ts';
import { isEmptyPlan } from './plan.ts';
import type { Sign } from './plan-words.ts';
import { targetOf, wordsOf } from './plan-words.ts';
import { formatBytes } from './quantities.ts';
import { visible } from './visible.ts';

/** How parts of the text look; colours are the terminal's business. */
export interface Painter {
  readonly heading: (text: string) => string;
  readonly sign: (sign: Sign, text: string) => string;
  /** Less important: causes, context of diffs. */
  readonly dim: (text: string) => string;
}

const PLAIN: Painter = { heading: (text) => text, sign: (_sign, text) => text, dim: (text) => text };

/** The one text of a plan, as lines: for `plan`, for logs and for tests. */
export function renderPlan(plan: Plan, paint: Painter = PLAIN): readonly string[] {
  const page: Page = { paint: harmless(paint), lines: [], shown: new Map() };
  if (isEmptyPlan(plan)) page.lines.push(`${plan.environment}: no changes`);
  else {
    for (const group of groupByApplication(plan.operations)) addApplication(group, page);
    addSecrets(plan, page);
  }
  addWaiting(plan, page);
  addRetained(plan, page);
  if (!isEmptyPlan(plan)) page.lines.push(summaryOf(plan));
  return page.lines;
}

/** `14 to add, 3 to change, 1 to remove, 2 to run`. */
export function summaryOf(plan: Plan): string {
  const counts = countSigns(plan);
  const parts = [
    ...(counts['+'] > 0 ? [`${counts['+']} to add`] : []),
    ...(counts['~'] > 0 ? [`${counts['~']} to change`] : []),
    ...(counts['-'] > 0 ? [`${counts['-']} to remove`] : []),
    ...(counts['>'] > 0 ? [`${counts['>']} to run`] : []),
    ...(plan.secretsToGenerate.length > 0 ? [`${plan.secretsToGenerate.length} to generate`] : []),
  ];
  return `${plan.environment}: ${parts.length === 0 ? 'nothing to change, only to wait for' : parts.join(', ')}`;
}

/** Operations by what they do, files one by one; waiting counts as nothing. */
export function countSigns({ operations }: Plan): Readonly<Record<Sign, number>> {
  const counts = { '+': 0, '~': 0, '-': 0, '>': 0 };
  for (const operation of operations) {
    const { action } = operation;
    if (action.kind === 'files.write') countFiles(action, counts);
    else if (action.kind !== 'unit.await') counts[wordsOf(operation).sign] += 1;
  }
  return counts;
}

function countFiles({ files, directories, removed }: FilesAction, counts: Record<Sign, number>): void {
  for (const { before } of files) counts[before === null ? '+' : '~'] += 1;
  counts['+'] += Object.keys(directories).length;
  counts['-'] += Object.keys(removed).length;
}

/** Whatever charms and files say, only the painter speaks to the terminal. */
function harmless({ heading, sign, dim }: Painter): Painter {
  return {
    heading: (text) => heading(visible(text)),
    sign: (kind, text) => sign(kind, visible(text)),
    dim: (text) => dim(visible(text)),
  };
}

interface Page {
  readonly paint: Painter;
  readonly lines: string[];
  /** Change → unit under which it was shown in full. */
  readonly shown: Map<string, string>;
}

interface ApplicationGroup {
  readonly application: string | null;
  /** Unit → its operations; the application's own under ''. */
  readonly units: ReadonlyMap<string, readonly Operation[]>;
}

function groupByApplication(operations: readonly Operation[]): readonly ApplicationGroup[] {
  const groups = new Map<string | null, Map<string, Operation[]>>([[null, new Map()]]);
  for (const operation of operations) {
    const { application, unit } = targetOf(operation);
    const units = groups.get(application) ?? new Map<string, Operation[]>();
    groups.set(application, units);
    const list = units.get(unit ?? '');
    if (list === undefined) units.set(unit ?? '', [operation]);
    else list.push(operation);
  }
  return [...groups].map(([application, units]) => ({ application, units }));
}

function addApplication({ application, units }: ApplicationGroup, page: Page): void {
  if (units.size === 0) return;
  page.lines.push(page.paint.heading(application ?? 'environment'));
  const own = units.get('') ?? [];
  addOperations(own, '  ', null, page);
  for (const [unit, operations] of units) if (unit !== '') addUnit(unit, operations, page);
  page.lines.push('');
}

function addUnit(unit: string, operations: readonly Operation[], page: Page): void {
  const cause = commonCause(operations);
  const heading = `  ${page.paint.heading(unit)}`;
  page.lines.push(cause === null ? heading : `${heading}  ${page.paint.dim(causeText(cause))}`);
  addOperations(operations, '    ', cause, page);
}

/** The cause most operations of a unit share is said once. */
function commonCause(operations: readonly Operation[]): Cause | null {
  const machine = operations.find(({ action }) => action.kind.startsWith('machine.'));
  return (machine ?? operations.find(({ action }) => action.kind === 'unit.await') ?? operations[0])?.cause ?? null;
}

function addOperations(operations: readonly Operation[], indent: string, common: Cause | null, page: Page): void {
  for (const operation of operations) {
    const cause = isSameCause(operation.cause, common) ? '' : `  ${page.paint.dim(causeText(operation.cause))}`;
    if (operation.action.kind === 'files.write') {
      addFiles(operation.action, { indent, cause }, page);
      continue;
    }
    const { sign, text } = wordsOf(operation);
    const service = serviceGiven(operation);
    const shownFor =
      service === null ? null : shownBefore(service.unit, JSON.stringify([service.name, service.definition]), page);
    const same = shownFor === null ? '' : ` (as in ${shownFor})`;
    page.lines.push(`${indent}${page.paint.sign(sign, `${sign} ${text}`)}${same}${cause}`);
    if (service !== null && shownFor === null) addService(service.definition, `${indent}    `, page);
  }
}

interface GivenService {
  readonly unit: string;
  readonly name: string;
  readonly definition: ServiceIntent;
}

/** The definition an operation gives a service; null for all others. */
function serviceGiven({ action }: Operation): GivenService | null {
  if (action.kind !== 'service.ensure') return null;
  const { unit, name, action: inner } = action;
  return inner.kind === 'start' || inner.kind === 'update' ? { unit, name, definition: inner.service } : null;
}

/** What a reader wants to know of a service: what runs, as whom, and what it is told. */
function addService({ command, user, environment }: ServiceIntent, indent: string, page: Page): void {
  const variables = sortedEntries(environment).map(([name, value]) => `${name}=${value}`);
  const account = user === 'root' ? [] : [`user ${user}`];
  for (const line of [command.join(' '), ...account, ...variables]) {
    page.lines.push(indent + page.paint.sign('+', `+${line}`));
  }
}

/** The unit under which the same was shown in full; null when it is shown now. */
function shownBefore(unit: string, content: string, page: Page): string | null {
  const before = page.shown.get(content);
  if (before === undefined) page.shown.set(content, unit);
  return before ?? null;
}

function isSameCause(a: Cause, b: Cause | null): boolean {
  return b !== null && a.text === b.text && placeText(a.place) === placeText(b.place);
}

function causeText({ text, place }: Cause): string {
  return `# ${text}${place === null ? '' : ` (${placeText(place)})`}`;
}

function placeText(place: Place | null): string {
  return place === null ? '' : formatPlace(place);
}

type FilesAction = Extract<Action, { readonly kind: 'files.write' }>;

interface Margin {
  readonly indent: string;
  /** Said behind the first line only. */
  readonly cause: string;
}

function addFiles(action: FilesAction, { indent, cause }: Margin, page: Page): void {
  const start = page.lines.length;
  for (const [path, directory] of sortedEntries(action.directories)) {
    page.lines.push(`${indent}${page.paint.sign('+', `+ directory ${path} (${ownership(directory)})`)}`);
  }
  for (const write of action.files) addFile(action.unit, write, indent, page);
  for (const [path] of sortedEntries(action.removed)) {
    page.lines.push(`${indent}${page.paint.sign('-', `- file ${path}`)}`);
  }
  const first = page.lines[start];
  if (first !== undefined) page.lines[start] = `${first}${cause}`;
}

function addFile(unit: string, write: FileWrite, indent: string, page: Page): void {
  const { path, before, after } = write;
  const sign = before === null ? '+' : '~';
  const shownFor = shownBefore(unit, JSON.stringify([path, before?.content ?? null, after.content]), page);
  const same = shownFor === null ? '' : `, as in ${shownFor}`;
  page.lines.push(
    `${indent}${page.paint.sign(sign, `${sign} file ${path}`)} (${visible(describeChange(before, after))}${same})`,
  );
  if (shownFor === null) addContent(before, after, `${indent}    `, page);
}

function describeChange(before: ObservedFile | null, after: ObservedFile): string {
  if (before === null || ownership(before) === ownership(after)) return ownership(after);
  return `${ownership(before)} → ${ownership(after)}`;
}

function ownership({ mode, owner, group }: { mode: string; owner: string; group: string }): string {
  return `${mode} ${owner}:${group}`;
}

function addContent(before: ObservedFile | null, after: ObservedFile, indent: string, page: Page): void {
  if (before === null) {
    for (const line of linesOf(after.content)) page.lines.push(indent + page.paint.sign('+', `+${line}`));
    return;
  }
  const hunks = diffLines(before.content, after.content);
  for (const hunk of hunks) {
    page.lines.push(indent + page.paint.dim(formatHunk(hunk)));
    for (const { sign, text } of hunk.lines) {
      const line = `${sign}${text}`;
      page.lines.push(indent + (sign === ' ' ? page.paint.dim(line) : page.paint.sign(sign, line)));
    }
  }
  if (hunks.length > 0) return;
  for (const note of invisibleChanges(before, after)) page.lines.push(indent + page.paint.dim(note));
}

/** What changed in a file whose lines are equal. */
function invisibleChanges(before: ObservedFile, after: ObservedFile): readonly string[] {
  const newline = before.content === after.content ? [] : ['only the newline at its end changes'];
  const rotated = sortedEntries(after.secrets).filter(([id, version]) => before.secrets[id] !== version);
  return [...newline, ...rotated.map(([id]) => `secret ${id} has another value`)];
}

function addSecrets({ secretsToGenerate }: Plan, page: Page): void {
  if (secretsToGenerate.length === 0) return;
  page.lines.push(page.paint.heading('secrets'));
  for (const id of secretsToGenerate) page.lines.push(`  ${page.paint.sign('+', `+ ${id}, generated`)}`);
  page.lines.push('');
}

function addWaiting({ waiting }: Plan, page: Page): void {
  if (waiting.length === 0) return;
  page.lines.push(page.paint.heading('waiting'));
  for (const { target, message } of waiting) page.lines.push(`  ${target} waits: ${visible(message)}`);
  page.lines.push('');
}

function addRetained({ retained }: Plan, page: Page): void {
  if (retained.length === 0) return;
  page.lines.push(page.paint.heading('kept data'));
  for (const { provider, storage } of retained) {
    const size = storage.bytes === null ? '' : ` of ${formatBytes(storage.bytes)}`;
    page.lines.push(`  storage ${storage.id}${size} on ${provider}`);
  }
  page.lines.push('');
}
