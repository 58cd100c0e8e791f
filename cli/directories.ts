import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where things lie on this host. All absolute. */
export interface Directories {
  /** Survives a reboot. */
  readonly state: string;
  /** Layers that are built once: `images/` in the state, unless several states share them. */
  readonly images: string;
  /** Gone after a reboot. */
  readonly run: string;
  /** The programs of `native/`. */
  readonly native: string;
  /** What charms by path import as `cantrip/kit`. */
  readonly kit: string;
}

/** Root's directories are the host's; everybody else has own ones. `CANTRIP_*_DIR` override them. */
export function directories({ env, getuid }: NodeJS.Process): Directories {
  const isRoot = getuid?.() === 0;
  const ownState = join(env.XDG_STATE_HOME || join(homedir(), '.local/state'), 'cantrip');
  const ownRun = join(env.XDG_RUNTIME_DIR || ownState, 'cantrip');
  const state = env.CANTRIP_STATE_DIR || (isRoot ? '/var/lib/cantrip' : ownState);
  return {
    state,
    images: env.CANTRIP_IMAGES_DIR || join(state, 'images'),
    run: env.CANTRIP_RUN_DIR || (isRoot ? '/run/cantrip' : ownRun),
    native: env.CANTRIP_NATIVE_DIR || join(__dirname, '../native/build'),
    kit: join(__dirname, 'kit/index.mjs'),
  };
}
