import type { DirectoryIntent, FileIntent } from '../../../model/charm.ts';
import { refuse } from '../fault.ts';
import type { DirectorySpec, FileSpec } from '../spec.ts';
import { absolutePath, account, mapRecord, octalMode, onlyKnown } from './basics.ts';

export function filesOf(files: Readonly<Record<string, FileSpec>>): Record<string, FileIntent> {
  return mapRecord(files, (spec, path) => {
    const at = `files.${path}`;
    absolutePath(path, at);
    const {
      content,
      mode = '0644',
      owner = 'root',
      group = owner,
    } = typeof spec === 'string' ? { content: spec } : spec;
    if (typeof content !== 'string') refuse(`${at}.content`, `must be a text, not ${typeof content}`);
    if (typeof spec !== 'string') onlyKnown(spec, ['content', 'group', 'mode', 'owner'], at);
    return { content, ...access({ mode, owner, group }, at) };
  });
}

export function directoriesOf(directories: Readonly<Record<string, DirectorySpec>>): Record<string, DirectoryIntent> {
  return mapRecord(directories, (spec, path) => {
    const at = `directories.${path}`;
    absolutePath(path, at);
    onlyKnown(spec, ['group', 'mode', 'owner'], at);
    const { mode = '0755', owner = 'root', group = owner } = spec;
    return access({ mode, owner, group }, at);
  });
}

function access(spec: DirectoryIntent, at: string): DirectoryIntent {
  return {
    mode: octalMode(spec.mode, `${at}.mode`),
    owner: account(spec.owner, `${at}.owner`),
    group: account(spec.group, `${at}.group`),
  };
}
