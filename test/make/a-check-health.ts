// One check of a server as the health loop tells of it; a test says only what it is about.
import type { CheckHealth } from '../../src/daemon/health/server-health.ts';

export const aCheckHealth = (changes: Partial<CheckHealth> = {}): CheckHealth => ({
  ...{ kind: 'http', verdict: 'up', successes: 0, rise: 1, failures: 0, fall: 1 },
  statistics: { ended: 7, skipped: 0, latenessMs: 0, tookMs: 0 },
  ...changes,
});
