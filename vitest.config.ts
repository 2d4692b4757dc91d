// Which tests run where. `unit` needs nothing; `lab-net` needs root and network namespaces; `lab-ipvs`
// needs a kernel with IPVS as well (test/lab/harness/kernel/run.sh boots one where the host has none).
import { defineConfig } from 'vitest/config';

const unit = {
  name: 'unit',
  include: ['test/**/*.test.ts'],
  exclude: ['test/lab/**'],
  // Seconds at most on a machine of its own; a busy one is no reason to fail.
  testTimeout: 60_000,
};

// One file after the other, each in a process of its own: a test may move its process into a namespace.
const lab = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      { test: unit },
      { test: { name: 'lab-net', include: ['test/lab/**/*.net.test.ts'], ...lab } },
      { test: { name: 'lab-ipvs', include: ['test/lab/**/*.ipvs.test.ts'], ...lab, testTimeout: 240_000 } },
    ],
  },
});
