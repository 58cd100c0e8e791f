import { formatPlace } from '../../model/diagnostic.ts';
import { parseEnvironment } from '../../model/environment-parse.ts';

export const OPTIONS = { resolvePath: (path: string) => `/project/${path}`, providers: ['container', 'simulated'] };

/** `line:column code message` of every fault, and its hint on a line of its own, indented. */
export function faults(text: string): string[] {
  return parseEnvironment(text, 'f', OPTIONS).diagnostics.flatMap(({ code, place, message, hint }) => {
    const where = place === null ? '?' : formatPlace(place).slice(2);
    return [`${where} ${code} ${message}`, ...(hint === null ? [] : [`  ${hint}`])];
  });
}

/** An application with one more line. */
export const application = (line: string) => `environment: a\napplications:\n  web:\n    charm: x\n    ${line}\n`;
