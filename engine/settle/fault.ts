import type { CharmFault } from '../../model/charm.ts';
import type { UnitName } from '../../model/names.ts';
import type { EngineCode } from '../codes.ts';
import type { EngineReport } from '../report.ts';
import type { Application } from '../resolve/application.ts';
import { placeOf } from '../resolve/place-of.ts';

const CODES: Readonly<Record<CharmFault['part'], EngineCode>> = {
  function: 'E2201',
  intent: 'E2201',
  publish: 'E2202',
  relation: 'E2203',
};

/** A charm that broke its contract, on the application that uses it. Units that break it alike are reported once. */
export function reportFault(application: Application, unit: UnitName, fault: CharmFault, report: EngineReport): void {
  const { name } = application.charm.metadata;
  const message = `charm ${name} of "${application.name}" ${describeFault(fault)}`;
  report.error(CODES[fault.part], placeOf(application.spec, 'charm'), message, `found while planning ${unit}`);
}

function describeFault({ part, path, message }: CharmFault): string {
  switch (part) {
    case 'function':
      return `failed: ${message}`;
    case 'intent':
      return `asks for something wrong: ${path} ${message}`;
    case 'publish': {
      const [endpoint, ...field] = path.replace(/^publish\./, '').split('.');
      return `publishes wrong data on endpoint ${endpoint}: ${field.join('.')} ${message}`.replace(':  ', ': ');
    }
    case 'relation':
      return `cannot read its relation data: ${path} ${message}`;
  }
}
