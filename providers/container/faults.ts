import { ProviderError, type ProviderFault } from '../../model/provider.ts';
import { ConnectionLostError, NativeError } from './native/connection.ts';

/** Does it; whatever goes wrong comes out as a ProviderError that says what was done to what. */
export async function doing<T>(action: string, target: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    throw Object.assign(new ProviderError({ action, target, ...explain(error) }), { cause: error });
  }
}

type Explanation = Pick<ProviderFault, 'message' | 'retryable' | 'hint'>;

/** Whoever was lost under way may have done it or not; all our calls can be made again. */
function explain(error: unknown): Explanation {
  if (error instanceof ConnectionLostError) {
    return { message: `the runtime did not answer: ${error.message}`, retryable: true };
  }
  if (error instanceof NativeError) return { message: error.message, ...byErrno(error.errno) };
  const message = error instanceof Error ? error.message : String(error);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return { message, ...(code === undefined ? { retryable: false } : byCode(code)) };
}

const ERRNO_CODES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  4: 'EINTR',
  11: 'EAGAIN',
  12: 'ENOMEM',
  13: 'EACCES',
  16: 'EBUSY',
  23: 'ENFILE',
  24: 'EMFILE',
  28: 'ENOSPC',
  98: 'EADDRINUSE',
};

function byErrno(errno: number): Omit<Explanation, 'message'> {
  return byCode(ERRNO_CODES[errno] ?? '');
}

function byCode(code: string): Omit<Explanation, 'message'> {
  switch (code) {
    case 'EINTR':
    case 'EAGAIN':
    case 'EBUSY':
    case 'ENFILE':
    case 'EMFILE':
      return { retryable: true };
    case 'ENOSPC':
      return { retryable: false, hint: 'free some space on the disk that holds the state directory' };
    case 'ENOMEM':
      return { retryable: false, hint: 'free some memory, or lower the limits of the units' };
    case 'EPERM':
    case 'EACCES':
      return { retryable: false, hint: 'containers need root; see `cantrip doctor`' };
    default:
      return { retryable: false };
  }
}
