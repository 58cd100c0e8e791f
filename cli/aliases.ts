/** Words of Juju, Compose and Terraform → our verb. `rewrite` turns what follows them into what our verb takes. */
export interface Alias {
  readonly verb: string;
  readonly rewrite?: (args: readonly string[]) => readonly string[];
}

export const ALIASES: Readonly<Record<string, Alias>> = {
  'add-relation': { verb: 'relate' },
  'add-unit': { verb: 'scale', rewrite: (args) => relativeScale(args, '+') },
  apply: { verb: 'up' },
  'debug-log': { verb: 'logs' },
  destroy: { verb: 'down' },
  'destroy-environment': { verb: 'down' },
  'destroy-model': { verb: 'down' },
  diff: { verb: 'plan' },
  integrate: { verb: 'relate' },
  'remove-application': { verb: 'remove' },
  'remove-relation': { verb: 'unrelate' },
  'remove-unit': { verb: 'scale', rewrite: (args) => relativeScale(args, '-') },
  'scale-application': { verb: 'scale' },
  ssh: { verb: 'exec' },
};

/** Other words for a verb, sorted. */
export function aliasesOf(verb: string): string[] {
  return Object.keys(ALIASES).filter((alias) => ALIASES[alias]?.verb === verb);
}

/** `add-unit web -n 2` → `scale web=+2`; everything else is passed on. */
function relativeScale(args: readonly string[], sign: '+' | '-'): string[] {
  const flag = args.findIndex((arg) => arg === '-n' || arg === '--num-units');
  const inline = args.map((arg) => /^(?:-n|--num-units=)(\d+)$/.exec(arg)?.[1]);
  const number = flag === -1 ? (inline.find((match) => match !== undefined) ?? '1') : (args[flag + 1] ?? '');
  const rest = args.filter(
    (_arg, index) => inline[index] === undefined && (flag === -1 || index < flag || index > flag + 1),
  );
  return rest.map((arg, index) => (index === 0 && !arg.startsWith('-') ? `${arg}=${sign}${number}` : arg));
}

/** The arguments with an alias replaced by our verb. */
export function resolveAlias(args: readonly string[]): readonly string[] {
  const [word, ...rest] = args;
  const alias = word === undefined || !Object.hasOwn(ALIASES, word) ? undefined : ALIASES[word];
  if (alias === undefined) return args;
  return [alias.verb, ...(alias.rewrite?.(rest) ?? rest)];
}
