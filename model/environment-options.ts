import type { Place } from './diagnostic.ts';
import { expandText, readMap } from './environment-read.ts';
import type { Located, LocatedMap } from './environment-tree.ts';
import { quote } from './environment-tree.ts';
import type { Json, JsonObject } from './json.ts';
import type { Report } from './report.ts';

interface OptionsReader {
  readonly report: Report;
  /** Filled with the place of each option, keyed `options.a.b`. */
  readonly at: Record<string, Place>;
}

/**
 * Options as the charm gets them. What YAML 1.2 reads as text stays text (dates, `yes`); numbers that JSON cannot hold,
 * tags and keys that
 * are no text were refused by the reader of YAML.
 */
export function readOptions(node: Located, application: string, reader: OptionsReader): JsonObject | null {
  const map = readMap(node, `options of ${quote(application)}`, reader.report, 'for example {greeting: hello}');
  return map === null ? null : readObject(map, 'options', reader);
}

function readObject(map: LocatedMap, path: string, reader: OptionsReader): JsonObject {
  const members = map.entries.map((entry): [string, Json] => {
    const inner = `${path}.${entry.key}`;
    reader.at[inner] = entry.place;
    return [entry.key, readValue(entry.value, inner, reader)];
  });
  return Object.fromEntries(members);
}

function readValue(node: Located, path: string, reader: OptionsReader): Json {
  switch (node.kind) {
    case 'map':
      return refuseSecret(node, reader.report) ? null : readObject(node, path, reader);
    case 'list':
      return node.items.map((item, index) => {
        reader.at[`${path}.${index}`] = item.place;
        return readValue(item, `${path}.${index}`, reader);
      });
    case 'text':
      return expandText(node.value, node.place, reader.report);
    case 'null':
      return null;
    default:
      return node.value;
  }
}

/** `{secret: name}` is kept for references to secrets, which later versions have. */
function refuseSecret(map: LocatedMap, report: Report): boolean {
  const [entry, second] = map.entries;
  if (entry?.key !== 'secret' || second !== undefined) return false;
  const message = 'references to secrets are not supported yet';
  report.error('E1104', entry.place, message, 'passwords between applications are generated; leave this one out');
  return true;
}
