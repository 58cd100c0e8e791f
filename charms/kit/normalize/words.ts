import { secretsIn } from '../../../model/secret.ts';
import { refuse } from '../fault.ts';
import type { Command } from '../spec.ts';

/** An argument list as it is executed. Secrets are refused: arguments can be read by every process of the unit. */
export function commandOf(command: Command, path: string): readonly string[] {
  const words = typeof command === 'string' ? splitWords(command, path) : [...command];
  if (words.length === 0 || words[0] === '') refuse(path, 'names no program');
  if (words.some((word) => word.includes('\0'))) refuse(path, 'holds a NUL character');
  if (words.some((word) => secretsIn(word).length > 0)) {
    refuse(
      path,
      'holds a secret, and arguments can be read by every process: hand it over in a file or the environment',
    );
  }
  return words;
}

const NEEDS_SHELL = new Set('|&;<>()$`*?[]\n');

/**
 * Splits a line as a POSIX shell does, with quotes and backslashes, but knows nothing else of a shell: whatever would
 * need one is refused, so that no line means something other than it looks like.
 */
export function splitWords(line: string, path: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quote === "'") {
      if (character === "'") quote = '';
      else word += character;
    } else if (character === '\\') {
      index += 1;
      if (index === line.length) refuse(path, 'ends with a backslash');
      word = (word ?? '') + escaped(line.charAt(index), quote);
    } else if (character === '"' || (character === "'" && quote === '')) {
      quote = quote === '"' ? '' : character;
      word ??= '';
    } else if (quote === '"') {
      if (character === '$' || character === '`') refuseShell(character, path);
      word += character;
    } else if (character === ' ' || character === '\t') {
      if (word !== null) words.push(word);
      word = null;
    } else {
      if (NEEDS_SHELL.has(character) || (word === null && '~#'.includes(character))) refuseShell(character, path);
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') refuse(path, `has a ${quote} that is not closed`);
  return word === null ? words : [...words, word];
}

/** Inside double quotes a backslash escapes only what is special there. */
function escaped(character: string, quote: string): string {
  return quote === '"' && !'"\\$`'.includes(character) ? `\\${character}` : character;
}

function refuseShell(character: string, path: string): never {
  const shown = character === '\n' ? 'a new line' : `'${character}'`;
  refuse(path, `holds ${shown}, which needs a shell: quote it, or write ['sh', '-c', '…']`);
}
