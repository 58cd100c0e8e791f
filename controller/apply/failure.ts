import type { Operation } from '../../model/plan.ts';
import type { ProviderError, SecretValues } from '../../model/provider.ts';
import type { Failure } from './outcome.ts';
import { redact } from './vault.ts';

/** What people are told of an operation that failed. No value of a secret it used is in it. */
export function failureOf(operation: Operation, error: ProviderError, secrets: SecretValues): Failure {
  return {
    operation: operation.id,
    cause: operation.cause,
    message: redact(error.message, secrets),
    detail: error.detail.map((line) => redact(line, secrets)),
    hint: error.hint ?? hintFor(operation),
  };
}

/** Where to look further when the provider does not know. */
function hintFor({ action }: Operation): string | null {
  return 'unit' in action ? `cantrip logs ${action.unit}` : null;
}
