import type { OptionFault } from '../../model/charm.ts';
import type { core } from './zod.ts';

/** A zod issue as a sentence that goes on after the field's name: `must be a number, not "abc"`. */
export function describeIssues(issues: readonly core.$ZodIssue[], input: unknown): OptionFault[] {
  return issues.flatMap((issue) => describeIssue(issue, input));
}

function describeIssue(issue: core.$ZodIssue, input: unknown): OptionFault[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const found = valueAt(input, path);
  const one = (message: string, expected: readonly string[] = []): OptionFault[] => [{ path, message, expected }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: 'is not known here', expected: [] }));
    case 'invalid_type':
      return one(
        found === undefined
          ? `is missing: it must be ${article(issue.expected)}`
          : `must be ${article(issue.expected)}, not ${show(found)}`,
      );
    case 'invalid_value':
      return one(`must be ${oneOf(issue.values.map(show))}, not ${show(found)}`, issue.values.map(String));
    case 'too_small':
      return one(
        `must be ${atLeast(issue.origin, Number(issue.minimum), issue.inclusive ?? true)}, not ${show(found)}`,
      );
    case 'too_big':
      return one(`must be ${atMost(issue.origin, Number(issue.maximum), issue.inclusive ?? true)}, not ${show(found)}`);
    case 'invalid_union':
      return one(`must be ${oneOf(unionWants(issue.errors))}, not ${show(found)}`);
    default:
      // A schema's own words, as in `regex(…, "must be a size like '10M'")`.
      return one(`${issue.message.startsWith('must ') ? '' : 'is not right: '}${issue.message}, not ${show(found)}`);
  }
}

/** What the members of a union wanted at the value itself; deeper wishes are left out. */
function unionWants(errors: readonly (readonly core.$ZodIssue[])[]): string[] {
  const wants = errors.flatMap((issues) =>
    issues.map((issue) =>
      issue.code === 'invalid_type' && issue.path.length === 0 ? article(issue.expected) : 'another shape',
    ),
  );
  return [...new Set(wants)];
}

function article(type: string): string {
  if (type === 'int') return 'a whole number';
  if (type === 'record') return 'a map';
  if (type === 'array') return 'a list';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function atLeast(origin: string, minimum: number, inclusive: boolean): string {
  if (origin === 'string') return minimum === 1 ? 'a text that is not empty' : `at least ${minimum} characters long`;
  if (origin === 'array') return `a list of at least ${minimum}`;
  return inclusive ? `at least ${minimum}` : `more than ${minimum}`;
}

function atMost(origin: string, maximum: number, inclusive: boolean): string {
  if (origin === 'string') return `at most ${maximum} characters long`;
  if (origin === 'array') return `a list of at most ${maximum}`;
  return inclusive ? `at most ${maximum}` : `less than ${maximum}`;
}

function oneOf(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, part) => {
    return typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[part] : undefined;
  }, value);
}
