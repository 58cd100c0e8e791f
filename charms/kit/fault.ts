import type { CharmFault } from '../../model/charm.ts';

/** Thrown inside the kit where a charm breaks its contract; `charm()` catches it and hands the engine the fault. */
export class ContractError extends Error {
  readonly fault: CharmFault;

  constructor(fault: CharmFault) {
    super(fault.message);
    this.name = 'ContractError';
    this.fault = fault;
  }
}

/**
 * The fault of whatever was thrown while a charm ran. The stack is for the loader, which finds the charm's own line in
 * it; no reader sees it.
 */
export function faultOf(thrown: unknown): CharmFault {
  if (thrown instanceof ContractError) return thrown.fault;
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const stack = thrown instanceof Error && thrown.stack !== undefined ? { stack: thrown.stack } : {};
  return { part: 'function', path: '', message, ...stack };
}

/** Refuses part of an intent. */
export function refuse(path: string, message: string): never {
  throw new ContractError({ part: 'intent', path, message });
}
