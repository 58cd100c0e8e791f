import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of the repository: path relative to its root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Every text file git knows of or would add, sorted by path. */
export function repositoryFiles(): readonly SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return listed
    .split('\n')
    .filter((path) => /\.(ts|mjs|c|h|md|json|yaml|yml|sh)$|(^|\/)(Makefile|cantrip|setup|run)$/.test(path))
    .filter((path) => !path.endsWith('package-lock.json'))
    .sort()
    .flatMap((path) => {
      const text = readOrNull(`${ROOT}/${path}`);
      return text === null ? [] : [{ path, text }];
    });
}

/** A file that was deleted and not yet committed is listed and not there. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
