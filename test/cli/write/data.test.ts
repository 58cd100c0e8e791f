import { expect, it } from 'vitest';
import { createStyle } from '../../../cli/output/style.ts';
import type { Terminal } from '../../../cli/output/terminal.ts';
import { decideData } from '../../../cli/write/data.ts';
import type { RetainedStorage } from '../../../model/plan.ts';

const STORAGE: RetainedStorage = {
  provider: 'container',
  storage: { id: 'db/0/data', unit: 'db/0', name: 'data', path: '/data', bytes: 2 * 1024 ** 3 },
};

/** The decision, what was asked and what was said. */
async function decide(unused: readonly RetainedStorage[], options: object, answer: string | null) {
  const said: string[] = [];
  const asked: string[] = [];
  const style = createStyle(false);
  const terminal: Terminal = {
    out: (...lines) => said.push(...lines),
    err: (...lines) => said.push(...lines),
    draw: () => {},
    style,
    errorStyle: style,
    isTerminal: false,
    isErrorTerminal: false,
    isInputTerminal: answer !== null,
    size: () => ({ columns: 80, rows: 24 }),
    closed: new AbortController().signal,
  };
  const ask = async (question: string): Promise<string | null> => {
    asked.push(question);
    return answer;
  };
  return { decision: await decideData({ terminal, ask }, unused, options), asked: asked.length, said };
}

it.each<[string, object, string | null, 'keep' | 'remove' | null, number]>([
  ['--yes removes without a question', { yes: true }, null, 'remove', 0],
  ['--keep-data keeps without a question', { keepData: true }, null, 'keep', 0],
  ['--keep-data wins over --yes', { yes: true, keepData: true }, null, 'keep', 0],
  ['yes removes', {}, 'yes', 'remove', 1],
  ['YES removes', {}, ' YES ', 'remove', 1],
  ['no keeps', {}, 'no', 'keep', 1],
  ['y is not enough', {}, 'y', null, 1],
  ['nothing stops', {}, '', null, 1],
  ['nobody to ask keeps', {}, null, 'keep', 1],
])('%s', async (_title, options, answer, decision, asked) => {
  expect(await decide([STORAGE], options, answer)).toMatchObject({ decision, asked });
});

it('names what would be lost, and how to lose it when nobody can be asked', async () => {
  expect((await decide([STORAGE], {}, null)).said).toEqual([
    'nothing will use this data any more:',
    '  db/0/data (2G, container)',
    'it is kept, because nobody can be asked; --yes removes it',
  ]);
});

it('asks nothing when nothing would be lost', async () => {
  expect(await decide([], {}, 'yes')).toMatchObject({ decision: 'keep', asked: 0, said: [] });
});
