// Tests of the lab whose outcome hangs on the clock whatever is done: what they assert is a time, or a process of
// theirs must be given a processor soon. Each says why. It is tried once again when it fails, and scripts/test.mjs
// counts it, and its second try, with what the first one failed of.
import { beforeEach, type TestOptions } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why the clock decides. */
    byTheClock?: string;
    tries?: number;
    /** What the first try failed of, and where. */
    failedOf?: string;
  }
}

/** Options of such a test. */
export const byTheClock = (why: string): TestOptions => ({ retry: 1, meta: { byTheClock: why } });

/** Called once for a test file: counts how often each test was tried. */
export function countTries(): void {
  beforeEach(({ task }) => {
    task.meta.tries = (task.meta.tries ?? 0) + 1;
    const [error] = task.result?.errors ?? [];
    if (error === undefined) return;
    const where = /\btest\/\S+?:\d+/.exec(error.stack?.replace(error.message, '') ?? '')?.[0];
    task.meta.failedOf ??= `${error.message}${where === undefined ? '' : `, at ${where}`}`;
  });
}
