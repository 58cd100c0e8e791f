// How long does the shop of examples/shop take, images cached: from the command to the first row written through the
// published port, without changes, from one web unit to five that all answer and back, and down? Beside the same three
// services by docker-compose and the same programs started by hand.
import { benchArguments } from './lib/arguments.ts';
import { timed } from './lib/clock.ts';
import { ask } from './lib/http.ts';
import { printReport, reportLines } from './lib/report.ts';
import { run, until } from './lib/run.ts';
import { prepareCantripShop, type ScalableShop, type Shop } from './lib/shop.ts';
import { prepareShopByHand } from './peers/by-hand.ts';
import { prepareComposeShops } from './peers/compose.ts';
import { startDocker } from './peers/docker.ts';

const { json, runs } = benchArguments(5);

/** Milliseconds by question and subject. */
type Samples = Map<string, Map<string, number[]>>;

const QUESTIONS = ['shop up', 'shop no change', 'shop 1 to 5', 'shop 5 to 1', 'shop down'] as const;
type Question = (typeof QUESTIONS)[number];

// A terminal's Ctrl-C ends the commands under way; what waits for them fails, and everything is cleaned up.
process.on('SIGINT', () => {});
const cleanups: (() => Promise<void>)[] = [];
try {
  const samples = await measure();
  for (const question of QUESTIONS) {
    const subjects = [...(samples.get(question) ?? [])].map(([subject, values]) => {
      return { subject, unit: 'ms' as const, samples: values };
    });
    printReport(reportLines(question, subjects), json);
  }
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup().catch((error: unknown) => console.error(String(error)));
}

async function measure(): Promise<Samples> {
  const cantrip = await prepareCantripShop();
  cleanups.push(cantrip.destroy);
  // Builds the images that are missing.
  await cantrip.up();
  const ingredients = cantrip.ingredients();
  await cantrip.down();
  const docker = await startDocker();
  cleanups.push(docker.stop);
  const compose = await prepareComposeShops(docker, ingredients);
  cleanups.push(compose.destroy);
  const hand = await prepareShopByHand(ingredients);
  cleanups.push(hand.destroy);
  // Certificates that a shell may name for the registry cost every start of Node 35 ms.
  delete process.env.NODE_EXTRA_CA_CERTS;
  const samples: Samples = new Map();
  for (let round = 0; round <= runs; round += 1) {
    const note = round === 0 ? () => {} : noteIn(samples);
    await wholeLife('cantrip', cantrip, note);
    await wholeLife('docker-compose', compose.usual, note);
    await wholeLife('docker-compose tuned', compose.tuned, note);
    note('shop up', 'by hand', await timeUp(hand));
    await hand.down();
    note('shop no change', 'node -e 0', await timed(() => void run('node', ['-e', '0'])));
  }
  return samples;
}

type Note = (question: Question, subject: string, ms: number) => void;

function noteIn(samples: Samples): Note {
  return (question, subject, ms) => {
    const bySubject = samples.get(question) ?? new Map<string, number[]>();
    samples.set(question, bySubject);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), ms]);
  };
}

async function wholeLife(subject: string, shop: ScalableShop, note: Note): Promise<void> {
  note('shop up', subject, await timeUp(shop));
  await pause();
  note('shop no change', subject, await timed(async () => void (await shop.up())));
  await shop.scale(1);
  await awaitOne(subject, shop);
  await pause();
  note('shop 1 to 5', subject, await timeUntil(() => shop.scale(5), `${subject}: five units`, fiveAnswer(shop)));
  await pause();
  note('shop 5 to 1', subject, await timed(async () => void (await shop.scale(1))));
  await awaitOne(subject, shop);
  await pause();
  note('shop down', subject, await timed(async () => void (await shop.down())));
  await pause();
}

/** From the command to the first row that was written through the published port. */
function timeUp(shop: Shop): Promise<number> {
  return timeUntil(
    () => shop.up(),
    'a row',
    async () => (await ask(shop.port, 'pears')).status === 201,
  );
}

/** The command need not have ended when the answer is there: it is waited for untimed. When it fails, so does this. */
async function timeUntil(
  command: () => Promise<unknown>,
  what: string,
  probe: () => Promise<boolean>,
): Promise<number> {
  let ended: Promise<unknown> = Promise.resolve();
  const ms = await timed(async () => {
    ended = command();
    const failed = ended.then(() => new Promise<never>(() => {}));
    await Promise.race([until(what, probe, { pauseMs: 10 }), failed]);
  });
  await ended;
  return ms;
}

/** Asks rarely while nobody new answers, since that keeps the processors from what is measured; then all of them. */
function fiveAnswer({ port }: Shop): () => Promise<boolean> {
  const seen = new Set<string>();
  return async () => {
    for (let request = 0; request < 5; request += 1) {
      const { status, servedBy } = await ask(port);
      if (status === 200) seen.add(servedBy);
      if (seen.size < 2) break;
    }
    return seen.size === 5;
  };
}

/** Some balancers need a while to notice. */
async function awaitOne(subject: string, { port }: Shop): Promise<void> {
  await until(`${subject}: one unit`, async () => {
    const names = new Set<string>();
    for (let request = 0; request < 10; request += 1) names.add((await ask(port)).servedBy);
    return names.size === 1;
  });
}

/** What was removed is deleted in the background: nobody is to pay for the one before. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500));
}
