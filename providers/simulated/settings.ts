import type { ProviderTraits } from '../../model/provider.ts';

/** How long things take in a simulated world, milliseconds. */
export interface Timing {
  /** Any call, there and back. */
  readonly callMs: number;
  readonly imageMs: number;
  /** From the call that makes a machine until it runs. */
  readonly bootMs: number;
  /** From running until its address is known; only where addresses are learned. */
  readonly addressMs: number;
  /** Files over the channel there is. */
  readonly filesMs: number;
  readonly commandMs: number;
  /** From giving a service, or a health check, until it is ready. */
  readonly readyMs: number;
  /** How often somebody who waits looks. */
  readonly lookMs: number;
}

export interface WorldKind {
  readonly kind: string;
  readonly traits: ProviderTraits;
  readonly timing: Timing;
}

/** Like containers on this host: everything at once, addresses from us, ports of the host by a rule. */
export const CONTAINER_LIKE: WorldKind = {
  kind: 'simulated',
  traits: { addresses: 'allocated', routes: true, storage: true, resize: true, createTimeoutMs: 10_000 },
  timing: {
    callMs: 1,
    imageMs: 2_000,
    bootMs: 5,
    addressMs: 0,
    filesMs: 2,
    commandMs: 20,
    readyMs: 200,
    lookMs: 50,
  },
};

/**
 * Like instances far away: minutes to make, addresses told late, files over a slow channel, no port of the host to
 * give.
 */
export const SLOW_CLOUD: WorldKind = {
  kind: 'simulated-cloud',
  traits: { addresses: 'learned', routes: false, storage: true, resize: false, createTimeoutMs: 900_000 },
  timing: {
    callMs: 400,
    imageMs: 60_000,
    bootMs: 150_000,
    addressMs: 40_000,
    filesMs: 12_000,
    commandMs: 3_000,
    readyMs: 8_000,
    lookMs: 5_000,
  },
};
