import { existsSync } from 'node:fs';
import { runProgram, SEARCH_PATH } from './programs.ts';

/**
 * Lets the bridge's traffic through hosts whose iptables drop what they forward unless told otherwise (Docker sets
 * that policy). An `accept` in a table of ours would not help there: every table has to agree. Hosts without iptables
 * have no such policy.
 */
export async function allowForwarding(bridge: string): Promise<void> {
  if (!hasIptables()) return;
  const rules = await forwardRules();
  if (!rules.includes('-P FORWARD DROP')) return;
  for (const rule of acceptRules(bridge)) {
    if (!rules.some((line) => line === `-A FORWARD ${rule}`)) await iptables('-I', rule);
  }
}

export async function disallowForwarding(bridge: string): Promise<void> {
  if (!hasIptables()) return;
  const rules = await forwardRules();
  for (const rule of acceptRules(bridge)) {
    if (rules.includes(`-A FORWARD ${rule}`)) await iptables('-D', rule);
  }
}

/** As `iptables -S` prints them, so that they can be found again. */
function acceptRules(bridge: string): readonly string[] {
  return ['-i', '-o'].map((side) => `${side} ${bridge} -m comment --comment cantrip -j ACCEPT`);
}

async function forwardRules(): Promise<readonly string[]> {
  return (await runProgram(['iptables', '-w', '-S', 'FORWARD'])).split('\n');
}

async function iptables(verb: '-I' | '-D', rule: string): Promise<void> {
  await runProgram(['iptables', '-w', verb, 'FORWARD', ...rule.split(' ')]);
}

function hasIptables(): boolean {
  return SEARCH_PATH.split(':').some((directory) => existsSync(`${directory}/iptables`));
}
