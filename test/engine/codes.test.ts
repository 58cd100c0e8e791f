import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ENGINE_CODES } from '../../engine/codes.ts';
import { CODES } from '../../model/codes.ts';

const ENGINE = fileURLToPath(new URL('../../engine/', import.meta.url));
const codes = Object.keys(ENGINE_CODES);

describe('codes of the engine', () => {
  it('are sorted, and none is the model’s', () => {
    expect(codes).toEqual([...codes].sort());
    expect(codes.filter((code) => code in CODES)).toEqual([]);
  });

  it('are all reported somewhere', () => {
    const sources = readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && path !== 'codes.ts')
      .map((path) => readFileSync(join(ENGINE, path), 'utf8'))
      .join('\n');
    expect(codes.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });
});
