import type { Command } from '@commander-js/extra-typings';
import type { ReadShell } from './read/shell.ts';
import type { WriteShell } from './write/shell.ts';

/** A verb; its code is loaded when it is used. Those that only look are never given the means to change anything. */
export type Verb = { readonly name: string; readonly summary: string } & (
  | { readonly reads: () => Promise<{ readonly define: (command: Command, shell: ReadShell) => void }> }
  | { readonly writes: () => Promise<{ readonly define: (command: Command, shell: WriteShell) => void }> }
);

/** Sorted. Adding a verb is a file and a line here. */
export const VERBS: readonly Verb[] = [
  {
    name: 'config',
    summary: 'show or change the options of an application',
    writes: () => import('./write/config.ts'),
  },
  {
    name: 'deploy',
    summary: 'add an application to the file and bring it up',
    writes: () => import('./write/deploy.ts'),
  },
  { name: 'doctor', summary: 'check whether this host can run machines', reads: () => import('./read/doctor.ts') },
  { name: 'down', summary: 'remove everything the environment made', writes: () => import('./write/down.ts') },
  { name: 'exec', summary: 'run a command in a unit', writes: () => import('./write/exec.ts') },
  {
    name: 'expose',
    summary: 'publish a port of an application on the host',
    writes: () => import('./write/expose.ts'),
  },
  { name: 'init', summary: 'write a small environment.yaml to start from', writes: () => import('./write/init.ts') },
  { name: 'logs', summary: 'show what the services of units wrote', reads: () => import('./read/logs.ts') },
  { name: 'plan', summary: 'show what up would do, down to the last line', reads: () => import('./read/plan.ts') },
  { name: 'relate', summary: 'join two applications', writes: () => import('./write/relate.ts') },
  { name: 'remove', summary: 'remove an application and its relations', writes: () => import('./write/remove.ts') },
  { name: 'scale', summary: 'set the number of units', writes: () => import('./write/scale.ts') },
  { name: 'status', summary: 'show what runs, and why something waits', reads: () => import('./read/status.ts') },
  { name: 'unexpose', summary: 'no longer publish a port', writes: () => import('./write/unexpose.ts') },
  { name: 'unrelate', summary: 'part two applications', writes: () => import('./write/unrelate.ts') },
  { name: 'up', summary: 'make everything so as the file says', writes: () => import('./write/up.ts') },
  { name: 'validate', summary: 'check the file and the charms it names', reads: () => import('./read/validate.ts') },
];
