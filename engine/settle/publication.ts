import type { Intent, Publication } from '../../model/charm.ts';
import type { JsonObject } from '../../model/json.ts';
import { canonicalJson } from '../../model/json.ts';
import type { End, Group } from './group.ts';
import type { Published } from './published.ts';

/** What an intent publishes, by the end's key; ends without data have no entry. */
export function publishedBy(intent: Intent, group: Group, leader: boolean): ReadonlyMap<string, Published> {
  const result = new Map<string, Published>();
  for (const [endpoint, ends] of group.ends) {
    const publications = intent.publish.filter((publication) => publication.endpoint === endpoint);
    if (publications.length === 0) continue;
    for (const end of ends) {
      const published = publishedOn(end, publications, leader);
      if (published !== null) result.set(end.key, published);
    }
  }
  return result;
}

function publishedOn(end: End, publications: readonly Publication[], leader: boolean): Published | null {
  const mine = publications.filter(({ relation }) => relation === null || relation === end.id);
  const unit = merge(mine.filter(({ scope }) => scope === 'unit'));
  const application = leader ? merge(mine.filter(({ scope }) => scope === 'application')) : null;
  if (unit === null && application === null) return null;
  return { unit, application, text: canonicalJson({ unit, application }) };
}

/**
 * Data for one relation win over data for all of them. A single object stays itself: readers remember what they read
 * it as.
 */
function merge(publications: readonly Publication[]): JsonObject | null {
  const [first] = publications;
  if (first === undefined) return null;
  if (publications.length === 1) return first.data;
  const general = publications.filter(({ relation }) => relation === null);
  const specific = publications.filter(({ relation }) => relation !== null);
  return Object.assign({}, ...[...general, ...specific].map(({ data }) => data)) as JsonObject;
}
