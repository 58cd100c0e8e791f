import type { Status, StatusKind } from '../model/charm.ts';
import type { Desired, DesiredApplication, DesiredUnit } from '../model/desired.ts';
import { byUnit, unitParts } from '../model/names.ts';
import type { Observed, ObservedMachine } from '../model/observed.ts';
import { byText, sortedBy, sortedEntries } from '../model/order.ts';
import type { RetainedStorage } from '../model/plan.ts';
import type { ApplicationStatus, MachineStatus, RouteStatus, StatusReport, UnitStatus } from '../model/status.ts';
import { unitStatus } from './unit-status.ts';

/** How the environment is, told from what should exist and what was observed. */
export function status(desired: Desired, observed: Observed): StatusReport {
  const found = findMachines(desired, observed);
  const units = [...desired.units.map((unit) => statusOfUnit(unit, found)), ...found.leaving.map(statusOfLeaving)];
  units.sort((a, b) => byText(a.application, b.application) || byUnit(a.name, b.name));
  return {
    environment: desired.environment,
    file: desired.file,
    applications: statusOfApplications(desired, units),
    units,
    relations: desired.relations.map(({ id, interface: spoken, provider, requirer }) => ({
      id,
      provider: `${provider.application}:${provider.endpoint}`,
      requirer: `${requirer.application}:${requirer.endpoint}`,
      interface: spoken,
    })),
    routes: routesOf(observed),
    retained: retainedOf(desired, observed),
  };
}

interface Located {
  readonly provider: string;
  readonly machine: ObservedMachine;
}

interface Machines {
  /** `PROVIDER UNIT` → machine. */
  readonly byUnit: ReadonlyMap<string, ObservedMachine>;
  readonly leaving: readonly Located[];
}

function findMachines(desired: Desired, observed: Observed): Machines {
  const wanted = new Set(desired.units.map(({ provider, name }) => `${provider} ${name}`));
  const all = sortedEntries(observed.providers).flatMap(([provider, { machines }]) => {
    return machines.map((machine): Located => ({ provider, machine }));
  });
  return {
    byUnit: new Map(all.map(({ provider, machine }) => [`${provider} ${machine.unit}`, machine])),
    leaving: all.filter(({ provider, machine }) => !wanted.has(`${provider} ${machine.unit}`)),
  };
}

function statusOfUnit(unit: DesiredUnit, machines: Machines): UnitStatus {
  const machine = machines.byUnit.get(`${unit.provider} ${unit.name}`);
  return {
    name: unit.name,
    application: unit.application,
    leader: unit.leader,
    status: unitStatus(unit, machine),
    machine: machine === undefined ? null : machineStatus(unit.provider, machine),
    ports: sortedEntries(unit.intent.ports).map(([name, port]) => ({ name, port })),
  };
}

function statusOfLeaving({ provider, machine }: Located): UnitStatus {
  return {
    name: machine.unit,
    application: unitParts(machine.unit).application,
    leader: false,
    status: { kind: 'unknown', message: 'not in the environment any more: cantrip up removes it' },
    machine: machineStatus(provider, machine),
    ports: [],
  };
}

function machineStatus(provider: string, { id, state, address }: ObservedMachine): MachineStatus {
  return { id, provider, state, address };
}

function statusOfApplications(desired: Desired, units: readonly UnitStatus[]): readonly ApplicationStatus[] {
  const exposed = new Set(desired.routes.map(({ application }) => application));
  const byApplication = new Map<string, UnitStatus[]>(desired.applications.map(({ name }) => [name, []]));
  for (const unit of units) {
    const list = byApplication.get(unit.application);
    if (list === undefined) byApplication.set(unit.application, [unit]);
    else list.push(unit);
  }
  const known = new Map(desired.applications.map((application) => [application.name, application]));
  const rows = [...byApplication].map(([name, list]) => statusOfApplication(name, list, known.get(name)));
  return sortedBy(rows, ({ name }) => name).map((row) => ({ ...row, exposed: exposed.has(row.name) }));
}

function statusOfApplication(
  name: string,
  units: readonly UnitStatus[],
  application: DesiredApplication | undefined,
): Omit<ApplicationStatus, 'exposed'> {
  return {
    name,
    status: worstOf(units),
    active: units.filter(({ status: { kind } }) => kind === 'active').length,
    scale: application?.units.length ?? 0,
    charm: application?.charmReference ?? null,
    provider: application?.provider ?? units[0]?.machine?.provider ?? '',
  };
}

/** Juju's order: what needs somebody's attention first. */
const BY_SEVERITY: readonly StatusKind[] = [
  'error',
  'blocked',
  'maintenance',
  'waiting',
  'active',
  'terminated',
  'unknown',
];

function worstOf(units: readonly UnitStatus[]): Status {
  for (const kind of BY_SEVERITY) {
    const unit = units.find(({ status: { kind: found } }) => found === kind);
    if (unit !== undefined) return unit.status;
  }
  return { kind: 'unknown', message: 'no units' };
}

function routesOf(observed: Observed): readonly RouteStatus[] {
  const all = Object.values(observed.providers).flatMap(({ routes }) => routes);
  return sortedBy(all, ({ id }) => id).map(({ id, application, host, targets }) => {
    return { id, application, port: host.port, address: host.address, units: targets.map(({ unit }) => unit) };
  });
}

function retainedOf(desired: Desired, observed: Observed): readonly RetainedStorage[] {
  const used = new Set(
    desired.units.flatMap(({ provider, machine }) => machine.storage.map(({ id }) => `${provider} ${id}`)),
  );
  return sortedEntries(observed.providers).flatMap(([provider, { storage }]) => {
    return storage.filter(({ id }) => !used.has(`${provider} ${id}`)).map((one) => ({ provider, storage: one }));
  });
}
