import type { SecretValues } from '../../model/provider.ts';
import type { SecretRecord } from '../read/records.ts';
import type { KeyNeed } from './home.ts';
import { generateSecret, openSecret, type SecretBox } from './secrets.ts';
import type { Write } from './store.ts';

/** An environment's secrets during one run. Values leave it only for the operation that uses them. */
export interface Vault {
  /** Id → version of all secrets there are. */
  versions(): ReadonlyMap<string, string>;
  /** Makes secrets and gives the writes that store them; they count once these are written. */
  generate(ids: readonly string[]): Promise<readonly Write[]>;
  reveal(ids: readonly string[]): Promise<SecretValues>;
}

export interface VaultOptions {
  readonly environment: string;
  readonly secrets: ReadonlyMap<string, SecretRecord>;
  readonly random: (length: number) => Uint8Array;
  /** Loaded when the first secret is made or opened: most runs need none. */
  readonly key: (when: KeyNeed) => Promise<Uint8Array>;
}

export function openVault(options: VaultOptions): Vault {
  const { environment, random } = options;
  const records = new Map(options.secrets);
  const values = new Map<string, string>();
  let key: Promise<Uint8Array> | null = null;
  const box = async (): Promise<SecretBox> => {
    key ??= options.key(options.secrets.size === 0 ? 'first-secret' : 'secrets-exist');
    return { environment, random, key: await key };
  };
  const open = async (id: string): Promise<string> => {
    const record = records.get(id);
    if (record === undefined) throw new Error(`secret ${id} was never made`);
    const value = values.get(id) ?? openSecret(await box(), id, record);
    values.set(id, value);
    return value;
  };
  return {
    versions: () => new Map([...records].map(([id, record]) => [id, record.version])),
    async generate(ids) {
      if (ids.length === 0) return [];
      const opened = await box();
      return ids.map((id) => {
        const { record, write } = generateSecret(opened, id);
        records.set(id, record);
        return write;
      });
    },
    async reveal(ids) {
      const revealed = new Map<string, string>();
      for (const id of ids) revealed.set(id, await open(id));
      return revealed;
    },
  };
}

/** A text in which no value of the secrets stands any more: what programs print may repeat what they were given. */
export function redact(text: string, values: SecretValues): string {
  let safe = text;
  for (const [id, value] of values) safe = safe.replaceAll(value, `{{secret:${id}}}`);
  return safe;
}
