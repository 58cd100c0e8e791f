import { createSocket } from 'node:dgram';
import { canonicalJson, type Json } from '../../model/json.ts';
import { readJson, readText, writeJson } from './files.ts';
import { RESOLVER_FILES, type ResolverSettings, usableResolver } from './resolver.ts';

/** A working server answers in a few milliseconds. */
const PATIENCE_MS = 250;
/** How long a finding is believed. */
const BELIEVED_MS = 600_000;

interface Finding {
  readonly candidates: readonly string[];
  readonly answering: readonly string[];
  readonly atMs: number;
}

/**
 * The host's settings without servers that do not answer. `cache` remembers the finding, so that a dead server costs
 * its wait rarely.
 */
export async function workingResolver(cache: string): Promise<ResolverSettings> {
  const settings = usableResolver(RESOLVER_FILES.map((path) => readText(path) ?? ''));
  const candidates = settings.servers;
  const earlier = readJson<Finding>(cache);
  if (earlier !== null && isBelieved(earlier, candidates)) return { ...settings, servers: earlier.answering };
  const answers = await Promise.all(candidates.map(doesAnswer));
  const answering = candidates.filter((_, index) => answers[index]);
  writeJson(cache, { candidates, answering, atMs: Date.now() } satisfies Finding);
  return { ...settings, servers: answering };
}

function isBelieved(finding: Finding, candidates: readonly string[]): boolean {
  const ageMs = Date.now() - finding.atMs;
  return ageMs >= 0 && ageMs < BELIEVED_MS && same(finding.candidates, candidates);
}

function same(a: readonly Json[], b: readonly Json[]): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** Asks for the root's name servers: any answer will do, a refusal too. */
function doesAnswer(server: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const settle = (answered: boolean): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.close();
      resolve(answered);
    };
    const timer = setTimeout(() => settle(false), PATIENCE_MS);
    socket.once('message', () => settle(true));
    socket.once('error', () => settle(false));
    // With a callback given, Node tells it that there is no route, and no event.
    const connected: (error?: Error) => void = (error) => (error ? settle(false) : socket.send(QUESTION));
    socket.connect(53, server, connected);
  });
}

const QUESTION = Buffer.from('6374010000010000000000000000020001', 'hex');
