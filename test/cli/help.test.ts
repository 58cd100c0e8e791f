import { afterAll, expect, it } from 'vitest';
import { ALIASES, resolveAlias } from '../../cli/aliases.ts';
import { VERBS } from '../../cli/verbs.ts';
import { refusalJson } from '../../cli/write/outcome-json.ts';
import { openProgram } from './program.ts';

const program = openProgram();
afterAll(() => program.remove());

it('the verbs are sorted', () => {
  const names = VERBS.map((verb) => verb.name);
  expect(names).toEqual([...names].sort());
});

it('every alias leads to a verb, and none hides one', () => {
  const names = VERBS.map((verb) => verb.name);
  for (const [alias, { verb }] of Object.entries(ALIASES)) {
    expect(names).toContain(verb);
    expect(names).not.toContain(alias);
  }
});

it.each([
  ['integrate web db', 'relate web db'],
  ['add-unit web', 'scale web=+1'],
  ['add-unit web -n 3 -f x.yaml', 'scale web=+3 -f x.yaml'],
  ['add-unit -n 3 web', 'scale web=+3'],
  ['remove-unit web --num-units=2', 'scale web=-2'],
  ['destroy -e shop', 'down -e shop'],
  ['up', 'up'],
  ['constructor', 'constructor'],
])('%s means %s', (typed, meant) => {
  expect(resolveAlias(typed.split(' ')).join(' ')).toBe(meant);
});

it('help shows all verbs', async () => {
  const { out, err, status } = program.run(['--help']);
  expect([status, err]).toEqual([0, '']);
  for (const { name, summary } of VERBS) expect(out).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'));
  expect(program.run([]).out).toBe(out);
  expect(program.run(['help']).out).toBe(out);
});

const helps = new Map<string, string>();

it.each(VERBS.map((verb) => verb.name))('%s --help shows an example', (name) => {
  const { out, err, status } = program.run([name, '--help']);
  expect([status, err]).toEqual([0, '']);
  expect(out).toMatch(/\nExamples?:\n {2}cantrip /);
  expect(program.run(['help', name]).out).toBe(out);
  helps.set(name, out);
});

it('docs/commands.md is the help of all verbs', async () => {
  const sections = VERBS.map(({ name }) => `## ${name}\n\n\`\`\`text\n${helps.get(name)?.trimEnd()}\n\`\`\`\n`);
  const page = [COMMANDS_HEAD, '```text', program.run(['--help']).out.trimEnd(), '```', '', ...sections].join('\n');
  await expect(page).toMatchFileSnapshot('../../docs/commands.md');
});

const OUTCOME_KEYS = Object.keys(refusalJson('', []));

const PLAN_KEYS = 'version, environment, empty, counts, operations, secretsToGenerate, waiting, retained';
const STATUS_KEYS = 'version, environment, file, applications, units, relations, routes, retained, storage, holder';
const JSON_VALUES = [
  ['`up`, `down` and all that edit the file', `{${OUTCOME_KEYS.join(', ')}}`],
  ['the same with `--dry-run`, and `plan`', `{${PLAN_KEYS}}`],
  ['`status`', `{${STATUS_KEYS}}`],
  ['`validate`', '[{code, severity, message, hint, file, line, column}]'],
  ['`config` that only shows', '{application, charm, settings}'],
  ['`logs`, a line each', '{unit, service, timeMs, stream, text}'],
  ['`doctor`', '[{name, level, message, hint}]'],
];

const COMMANDS_HEAD = `# Commands

What \`cantrip help VERB\` prints. This page is compared with the program;
\`npx vitest run --project unit test/cli -u\` writes it anew.

Words of Juju, Compose and Terraform are understood as well: ${Object.keys(ALIASES)
  .map((alias) => `\`${alias}\``)
  .join(', ')}.

## JSON

With \`--json\` a verb prints one JSON value on standard output; what is told to people goes to standard error. Keys
are only ever added; \`version\` rises when one changes its meaning. Wrong use (an unknown option, a file that is not
there) prints nothing and exits with 2.

${JSON_VALUES.map(([verbs, value]) => `* ${verbs}: \`${value}\``).join('\n')}

\`outcome\` is \`done\`, \`failed\`, \`deadline\`, \`interrupted\` or \`refused\`; \`operations\` counts those that were
done; \`forgotten\` tells that the data is gone, too; the \`status\` of an outcome is null when nothing was looked at.
`;

it('the keys of JSON that the page names are the ones that are printed', () => {
  expect(COMMANDS_HEAD).toContain('{version, environment, outcome, operations,');
  program.write('keys/environment.yaml', 'environment: keys\n');
  const keysOf = (...args: string[]): string => Object.keys(JSON.parse(program.run(args).out)).join(', ');
  expect(COMMANDS_HEAD).toContain(`{${keysOf('plan', 'keys', '--json')}}`);
  expect(COMMANDS_HEAD).toContain(`{${keysOf('up', 'keys', '--dry-run', '--json')}}`);
  expect(COMMANDS_HEAD).toContain(`{${keysOf('status', 'keys', '--json')}}`);
});

it('the version is the package’s', () => {
  expect(program.run(['--version'])).toEqual({ status: 0, out: '0.1.0\n', err: '' });
  expect(program.run(['-V'])).toEqual({ status: 0, out: '0.1.0\n', err: '' });
});

it.each([
  ['sclae web 5', 'error: unknown command \'sclae\'\n  hint: did you mean "scale"?\n  cantrip help lists the verbs\n'],
  [
    'plan --jsn',
    'error: unknown option \'--jsn\'\n  hint: did you mean "--json"?\n  cantrip help plan shows how it is used\n',
  ],
  ['relate web', "error: missing required argument 'other'\n  cantrip help relate shows how it is used\n"],
  [
    'plan a b',
    "error: too many arguments for 'plan'. Expected 1 argument but got 2.\n  cantrip help plan shows how it is used\n",
  ],
  ['plan a -e b', 'error: two environments are named\n  hint: give one file, or one name with -e\n'],
  [
    'plan -e nowhere',
    'error: there is no environment "nowhere" on this host\n  hint: none was deployed from this host yet\n',
  ],
  ['plan nowhere.yaml', 'error: there is no file WORK/nowhere.yaml\n  hint: cantrip init writes an environment.yaml\n'],
  [
    'status',
    'error: there is no environment.yaml in WORK or above\n' +
      '  hint: give the file (-f FILE), or the name of what runs (-e NAME); cantrip init writes a new one\n',
  ],
  ['relate Web db', 'error: "Web" is not an end of a relation\n  hint: for example web or web:database\n'],
  ['scale web', 'error: how many units should web have?\n  hint: for example web=3\n'],
  ['scale web five', 'error: "five" is not a number of units\n  hint: for example web=3\n'],
  ['expose lb 8080', 'error: exposure "8080" is no assignment\n  hint: for example http=8080\n'],
  ['logs -n many', 'error: "many" is not a number of lines\n  hint: for example -n 50\n'],
])('%s is wrong use', (line, expected) => {
  expect(program.run(line.split(' '))).toEqual({ status: 2, out: '', err: expected });
});
