/** One kind of packages at one place: a line of sources.list, or one combination of a deb822 stanza. */
export interface SourceEntry {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Options as apt's one-line format spells them, e.g. `signed-by` → a keyring's path. */
  readonly options: Readonly<Record<string, string>>;
}

/** A file of apt's: its name decides the format (`.sources` is deb822, all others one line an entry). */
export interface SourcesFile {
  readonly path: string;
  readonly text: string;
}

/** Release numbers we know by name; `debian/bookworm` names a suite directly. */
const CODE_NAMES: Readonly<Record<string, string>> = {
  '11': 'bullseye',
  '12': 'bookworm',
  '13': 'trixie',
  '14': 'forky',
};

/** Pockets of a stable suite that a base takes packages from. */
const POCKETS = ['', '-updates', '-security'];

const COMPONENTS = new Set(['main', 'contrib', 'non-free', 'non-free-firmware']);

/** Suite of a base image's name (`debian/12` → `bookworm`), or null when it names none. */
export function suiteOf(base: string): string | null {
  const match = /^debian\/([a-z]+|\d+)$/.exec(base);
  const release = match?.[1];
  if (release === undefined) return null;
  return CODE_NAMES[release] ?? (/^[a-z]+$/.test(release) ? release : null);
}

/**
 * The entries of the machine's apt sources that are Debian's own archive (or a mirror of it) and offer the suite or
 * one of its pockets, without doubles. Other vendors' archives never get into an image.
 */
export function debianEntries(files: readonly SourcesFile[], suite: string): readonly SourceEntry[] {
  const wanted = new Set(POCKETS.map((pocket) => suite + pocket));
  const entries = allDebianEntries(files).filter((entry) => wanted.has(entry.suite));
  const seen = new Set<string>();
  return entries.filter((entry) => {
    const line = sourceLine(entry);
    return !seen.has(line) && seen.add(line);
  });
}

/** Suites of Debian's archive that the machine's sources name, for messages. */
export function debianSuites(files: readonly SourcesFile[]): readonly string[] {
  return [...new Set(allDebianEntries(files).map((entry) => entry.suite.replace(/-(updates|security)$/, '')))].sort();
}

/** An entry in apt's one-line format. */
export function sourceLine(entry: SourceEntry): string {
  const options = Object.entries(entry.options).map(([name, value]) => `${name}=${value}`);
  const bracket = options.length === 0 ? '' : `[${options.join(' ')}] `;
  return `deb ${bracket}${entry.uri} ${entry.suite} ${entry.components.join(' ')}`;
}

function allDebianEntries(files: readonly SourcesFile[]): SourceEntry[] {
  return files
    .flatMap((file) => (file.path.endsWith('.sources') ? parseStanzas(file.text) : parseLines(file.text)))
    .filter(isDebian);
}

/**
 * Debian's by its key when one is named (whatever the mirror's address); else by the address. A third party's
 * `…/debian` often has components of its own, or lies deeper than a mirror does.
 */
function isDebian(entry: SourceEntry): boolean {
  if (/^(cdrom|file):/.test(entry.uri) || entry.components.length === 0) return false;
  if (!entry.components.every((component) => COMPONENTS.has(component))) return false;
  const keyring = entry.options['signed-by'];
  if (keyring !== undefined) return /^\/\S*\/debian-archive-[^/]*$/.test(keyring);
  const address = /^[a-z+]+:\/\/([^/]*)(\/.*)?$/.exec(entry.uri);
  const [host, path] = [address?.[1] ?? '', address?.[2] ?? '/'];
  const official = /(^|[.@])debian\.org(:\d+)?$/.test(host) || /\/[a-z.]*debian\.org\//.test(`${path}/`);
  const mirror = /^\/(?:(?:pub|mirror|mirrors|linux\/mirrors|pub\/linux)\/)?debian(-security)?\/?$/.test(path);
  return official || (mirror && entry.components.includes('main'));
}

function parseLines(text: string): SourceEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
    if (match === null) return [];
    const options = words(match[1] ?? '').map((option) => {
      const [name = '', ...value] = option.split('=');
      return [name.toLowerCase(), value.join('=')];
    });
    return [entryOf(match[2] ?? '', match[3] ?? '', words(match[4] ?? ''), Object.fromEntries(options))];
  });
}

function parseStanzas(text: string): SourceEntry[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = parseFields(stanza);
    const list = (name: string): string[] => words(fields.get(name) ?? '');
    if (!list('types').includes('deb') || fields.get('enabled')?.toLowerCase() === 'no') return [];
    const options = Object.fromEntries(
      [...fields]
        .filter(([name]) => !['types', 'uris', 'suites', 'components', 'enabled'].includes(name))
        .map(([name, value]) => [name, words(value).join(',')]),
    );
    return list('uris').flatMap((uri) =>
      list('suites').map((suite) => entryOf(uri, suite, list('components'), options)),
    );
  });
}

/** Fields of a deb822 stanza by lower-case name; continuation lines joined, comments left out. */
function parseFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let current = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    const match = /^([A-Za-z0-9-]+)\s*:\s*(.*)$/.exec(line);
    if (match !== null) {
      current = (match[1] ?? '').toLowerCase();
      fields.set(current, match[2] ?? '');
    } else if (/^\s+\S/.test(line) && current !== '') {
      fields.set(current, `${fields.get(current)} ${line.trim()}`);
    }
  }
  return fields;
}

/** Only options that decide what is fetched and trusted; a deb822 name differs from the one-line name in places. */
function entryOf(uri: string, suite: string, components: string[], options: Record<string, string>): SourceEntry {
  const spelled: Readonly<Record<string, string>> = { arch: options.arch ?? options.architectures ?? '' };
  const kept = ['signed-by', 'trusted', 'check-valid-until'].map((name) => [name, options[name] ?? '']);
  const named = [...Object.entries(spelled), ...kept].filter(([, value]) => value !== '');
  return { uri, suite, components, options: Object.fromEntries(named) };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
