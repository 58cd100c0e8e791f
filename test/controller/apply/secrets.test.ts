import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { generateSecret, openSecret, type SecretBox } from '../../../controller/apply/secrets.ts';
import { openVault, redact } from '../../../controller/apply/vault.ts';

const BOX: SecretBox = { environment: 'shop', key: randomBytes(32), random: randomBytes };

test('a value is at least 128 bits of characters that need no escaping, and never the same', () => {
  const values = Array.from({ length: 50 }, () => openSecret(BOX, 'db/a', generateSecret(BOX, 'db/a').record));
  for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(new Set(values).size).toBe(50);
});

test('what is stored shows nothing of the value', () => {
  const { record, write } = generateSecret(BOX, 'db/a');
  const value = openSecret(BOX, 'db/a', record);
  const stored = JSON.stringify(write);
  expect(stored).not.toContain(value);
  expect(Buffer.from(record.sealed, 'base64').toString('latin1')).not.toContain(value);
});

describe('a sealed value opens only where it belongs', () => {
  const { record } = generateSecret(BOX, 'db/a');
  const cases: readonly [string, SecretBox, string, string][] = [
    ['another secret', BOX, 'db/b', record.sealed],
    ['another environment', { ...BOX, environment: 'blog' }, 'db/a', record.sealed],
    ['another key', { ...BOX, key: randomBytes(32) }, 'db/a', record.sealed],
    ['a changed value', BOX, 'db/a', flipped(record.sealed)],
  ];
  for (const [what, box, id, sealed] of cases) {
    test(what, () =>
      expect(() => openSecret(box, id, { ...record, sealed })).toThrow(`secret ${id} cannot be decrypted`),
    );
  }
});

function flipped(sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  return bytes.toString('base64');
}

describe('vault', () => {
  test('gives exactly the values asked for, and asks for the key only then', async () => {
    let asked = 0;
    const key = async (): Promise<Uint8Array> => {
      asked += 1;
      return BOX.key;
    };
    const secrets = new Map(['db/a', 'db/b'].map((id) => [id, generateSecret(BOX, id).record]));
    const vault = openVault({ environment: 'shop', secrets, random: randomBytes, key });
    expect([...vault.versions().keys()]).toEqual(['db/a', 'db/b']);
    expect(await vault.reveal([])).toEqual(new Map());
    expect(await vault.generate([])).toEqual([]);
    expect(asked).toBe(0);
    const values = await vault.reveal(['db/b']);
    expect([...values.keys()]).toEqual(['db/b']);
    await vault.reveal(['db/a', 'db/b']);
    expect(asked).toBe(1);
  });

  test('a secret made anew has another version', async () => {
    const key = async (): Promise<Uint8Array> => BOX.key;
    const versions = await Promise.all(
      [1, 2].map(async () => {
        const vault = openVault({ environment: 'shop', secrets: new Map(), random: randomBytes, key });
        await vault.generate(['db/a']);
        return vault.versions().get('db/a');
      }),
    );
    expect(versions[0]).not.toBe(versions[1]);
  });
});

test('redact: what a program repeats is told as the secret’s token', () => {
  const text = 'psql: password "s3cretvalue" is wrong: s3cretvalue';
  expect(redact(text, new Map([['db/a', 's3cretvalue']]))).toBe(
    'psql: password "{{secret:db/a}}" is wrong: {{secret:db/a}}',
  );
});
