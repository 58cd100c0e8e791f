import type { ReadContext, Situation } from '../../controller/read/situation.ts';
import { secretVersions } from '../../controller/read/stored.ts';
import { foresee } from '../../engine/foresee.ts';
import type { Plan } from '../../model/plan.ts';

export interface ForesightRequest {
  readonly environment: string;
  readonly file: string;
  readonly mode: 'up' | 'down';
  readonly data: 'keep' | 'remove';
}

/** What `up` or `down` would do from here, all rounds in one plan; null when diagnostics forbid it. */
export function foreseePlan(
  { digest }: Pick<ReadContext, 'digest'>,
  situation: Situation,
  { environment: name, file, mode, data }: ForesightRequest,
): Plan | null {
  const { declared, stored, observed, traits, desired, allocation } = situation;
  if (desired === null) return null;
  const nothing = { name, file, defaults: { provider: '', image: null }, applications: [], relations: [] };
  return foresee({
    environment: (mode === 'up' ? declared.environment : null) ?? nothing,
    charms: declared.charms,
    directories: declared.directories,
    allocation,
    observed,
    traits,
    digest,
    mode,
    secretVersions: secretVersions(stored),
    data,
    ...(desired.mode === mode ? { first: { desired, allocation, diagnostics: situation.diagnostics } } : {}),
  }).plan;
}
