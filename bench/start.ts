// How long does a container take, from the request until it runs and from there until nothing of it is left?
// Ours does more than crun here: an overlay, a network of its own and a supervisor as process 1; the limits are the
// same.
import { benchArguments } from './lib/arguments.ts';
import { inTurn, timed } from './lib/clock.ts';
import { printReport, reportLines } from './lib/report.ts';
import { debianRoot } from './lib/root.ts';
import { run } from './lib/run.ts';
import { openRuntime } from './lib/runtime.ts';
import { prepareCrun } from './peers/crun.ts';
import { startDocker } from './peers/docker.ts';

const { json, runs } = benchArguments(20);
const LIMITS = ['--memory', '256m', '--cpus', '0.5', '--pids-limit', '200'];

const root = debianRoot();
const runtime = await openRuntime();
const crun = prepareCrun(root);
const docker = await startDocker();
run('sh', ['-c', `tar -C ${root} -c . | docker import - bench:base`], { env: docker.environment });
try {
  let index = 1;
  const samples = await inTurn(runs, {
    'cantrip start and removal': () => timed(() => runtime.startAndRemove(index++)),
    'cantrip start': () => startOnly(index++),
    'crun run and delete': async () => timed(() => crun.startAndRemove()),
    'docker run and rm': async () =>
      timed(() => {
        const id = docker.docker('run', '-d', ...LIMITS, 'bench:base', '/bin/sleep', '1000').trim();
        docker.docker('rm', '-f', id);
      }),
  });
  const subjects = [...samples].map(([subject, values]) => ({ subject, unit: 'ms' as const, samples: values }));
  printReport(reportLines('start', subjects), json);
} finally {
  await docker.stop();
  crun.stop();
  await runtime.stop();
}

/** The start alone; the removal is not timed. */
async function startOnly(index: number): Promise<number> {
  const config = runtime.container(index);
  const ms = await timed(async () => {
    await runtime.agent.start(config);
  });
  await runtime.agent.remove(config.id, { graceMs: 0, trash: [config.upper, config.work] });
  return ms;
}
