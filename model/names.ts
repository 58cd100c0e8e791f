import { byText } from './order.ts';

/** `web/0`: an application's name and a number that is never used again. */
export type UnitName = string;

export interface UnitParts {
  readonly application: string;
  readonly number: number;
}

const NAME = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/** Longest name of an environment or application: with `-12345` it still is a DNS label. */
export const MAX_NAME_LENGTH = 50;

/** Names of environments and applications: DNS labels that start with a letter, because host names are made of them. */
export function isName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && NAME.test(text) && !/-\d+$/.test(text) && !text.includes('--');
}

export function unitName(application: string, number: number): UnitName {
  return `${application}/${number}`;
}

/** Parts of a unit's name, or null when the text is none. */
export function parseUnitName(text: string): UnitParts | null {
  const match = /^([a-z][a-z0-9-]*)\/(0|[1-9]\d{0,6})$/.exec(text);
  if (match === null || !isName(match[1] as string)) return null;
  return { application: match[1] as string, number: Number(match[2]) };
}

/** Parts of a unit's name that this program itself made. */
export function unitParts(unit: UnitName): UnitParts {
  const slash = unit.lastIndexOf('/');
  return { application: unit.slice(0, slash), number: Number(unit.slice(slash + 1)) };
}

/** `web-0`: the unit's host name inside its environment. */
export function hostname(unit: UnitName): string {
  return unit.replace('/', '-');
}

/** By application, then by number. */
export function byUnit(a: UnitName, b: UnitName): number {
  const left = unitParts(a);
  const right = unitParts(b);
  return byText(left.application, right.application) || left.number - right.number;
}
