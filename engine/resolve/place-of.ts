import type { Place } from '../../model/diagnostic.ts';
import type { ApplicationSpec } from '../../model/environment.ts';

/**
 * Where a part of an application stands; the nearest part around it when it was not written. `options`, `tls`,
 * `port`.
 */
export function placeOf(spec: ApplicationSpec, ...path: readonly (string | number)[]): Place {
  for (let length = path.length; length > 0; length -= 1) {
    const place = spec.places.at[path.slice(0, length).join('.')];
    if (place !== undefined) return place;
  }
  return spec.places.self;
}
