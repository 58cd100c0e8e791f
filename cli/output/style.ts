import pc from 'picocolors';

/** Texts dressed for a terminal, or left as they are. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly cyan: Paint;
}

type Paint = (text: string) => string;

export function createStyle(colour: boolean): Style {
  const { bold, dim, red, green, yellow, blue, cyan } = pc.createColors(colour);
  return { bold, dim, red, green, yellow, blue, cyan };
}

/** Colour only on a terminal that can show it; NO_COLOR and FORCE_COLOR decide when they are set and not empty. */
export function wantsColour(isTerminal: boolean, variables: Readonly<Record<string, string | undefined>>): boolean {
  if (variables.NO_COLOR) return false;
  if (variables.FORCE_COLOR) return variables.FORCE_COLOR !== '0';
  return isTerminal && variables.TERM !== 'dumb';
}
