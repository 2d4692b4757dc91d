// Which tests run where. `unit` and `sim` need nothing; `lab-net` needs root and network namespaces; `lab-ipvs`
// needs a kernel with IPVS as well (test/lab/harness/kernel/run.sh boots one where the host has none); `lab-systemd`
// needs systemd's programs (test/lab/harness/systemd boots machines with it).
// The limits are for what hangs: a test takes seconds on a machine of its own, and a busy one is no reason to fail.
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/make/longest-first.ts';

/** What looks at its own process as a whole: which modules it has loaded, how much memory it takes. */
const alone = ['test/probes/lazy-loading.test.ts', 'test/probes/endless-answers.test.ts'];

const patient = { testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 60_000 } } };

// Files share a process, and so what it has loaded: a process each would take twice the time.
const unit = {
  name: 'unit',
  include: ['test/**/*.test.ts'],
  exclude: ['test/lab/**', 'test/sim/**', ...alone],
  isolate: false,
  // One more than there are processors: some wait for a deadline.
  maxWorkers: availableParallelism() + 1,
  ...patient,
};

/**
 * Each file in a process of its own: a test may move its process into a namespace. No test has a limit of its own
 * (test/tidy/lab-limits.test.ts).
 * @param atOnce files
 */
const lab = (needs: 'net' | 'ipvs' | 'systemd', atOnce: number, groupOrder: number) => ({
  ...{ name: `lab-${needs}`, include: [`test/lab/**/*.${needs}.test.ts`] },
  ...{ ...patient, testTimeout: 900_000, hookTimeout: 600_000 },
  ...{ retry: 1, setupFiles: ['test/lab/harness/count-tries.ts'] },
  ...{ maxWorkers: atOnce, sequence: { groupOrder } },
  // What a first try failed of is all that is left of it.
  chaiConfig: { truncateThreshold: 1000 },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: unit },
      { test: { name: 'alone', include: alone, ...patient, sequence: { groupOrder: 1 } } },
      {
        test: {
          name: 'sim',
          include: ['test/sim/**/*.test.ts'],
          testTimeout: 900_000,
          sequence: { groupOrder: 2 },
        },
      },
      // They wait more than they compute.
      { test: lab('net', 3 * availableParallelism(), 3) },
      { test: lab('systemd', availableParallelism(), 4) },
      // There is one table, and a lab kernel has one processor.
      { test: lab('ipvs', 1, 5) },
    ],
  },
});
