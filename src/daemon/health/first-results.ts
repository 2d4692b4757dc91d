// Who waits for a first result, and who waits for none to be left.

import type { CheckedServer } from './checked-server.ts';

export type FirstResults = {
  readonly expect: (server: CheckedServer) => void;
  /** It has one, or will never have any. */
  readonly settle: (server: CheckedServer) => void;
  /** Resolves when none is expected any more. */
  readonly all: () => Promise<void>;
};

export function createFirstResults(): FirstResults {
  const expected = new Set<CheckedServer>();
  const listeners: (() => void)[] = [];
  return {
    expect: (server) => void expected.add(server),
    settle: (server) => {
      if (expected.delete(server) && expected.size === 0) for (const tell of listeners.splice(0)) tell();
    },
    all: () => (expected.size === 0 ? Promise.resolve() : new Promise((resolve) => listeners.push(resolve))),
  };
}
