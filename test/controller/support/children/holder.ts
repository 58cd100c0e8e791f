import { randomBytes } from 'node:crypto';
import { systemClock } from '../../../../controller/apply/clock.ts';
import { openFileHome } from '../../../../controller/apply/file-home.ts';

/**
 * Takes an environment's lock, says so, and keeps it for a while. Arguments: state directory, environment,
 * milliseconds.
 */
async function main(state: string, environment: string, holdMs: number): Promise<void> {
  const home = openFileHome(state, { clock: systemClock, random: randomBytes });
  const actor = { verb: 'up', who: 'tester', pid: process.pid };
  const { signal } = new AbortController();
  const onWait = (holder: { readonly pid: number } | null): void =>
    console.log(`waiting for ${holder?.pid ?? 'somebody'}`);
  const lock = await home.lock(environment, actor, { wait: true, signal, onWait });
  console.log('held');
  await systemClock.sleep(holdMs);
  await lock?.release();
  console.log('released');
}

main(process.argv[2] as string, process.argv[3] as string, Number(process.argv[4])).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
