// `it` with a lab of each test's own, for files whose tests may run side by side: they wait more than they compute.
//   it.concurrent('...', async ({ lab }) => …)
import { test } from 'vitest';
import { createLab, type Lab } from './namespaces.ts';

export const it = test.extend<{ readonly lab: Lab }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what a fixture needs.
  lab: async ({}, use) => {
    const lab = createLab();
    try {
      await use(lab);
    } finally {
      await lab.dispose();
    }
  },
});
