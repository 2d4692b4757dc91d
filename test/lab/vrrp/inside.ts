// Opens sockets of this very process inside a lab host's namespace: a socket stays where it was opened.
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Host } from '../harness/namespaces.ts';

const CLONE_NEWNET = 0x40000000;

/** Runs `action`, which must be synchronous, with this thread inside the host's namespace. */
export function inside<T>(host: Host, action: () => T): T {
  const own = openSync('/proc/thread-self/ns/net', 'r');
  const other = openSync(`/run/netns/${host.netns}`, 'r');
  try {
    enter(other);
    return action();
  } finally {
    enter(own);
    closeSync(own);
    closeSync(other);
  }
}

let setns: ((descriptor: number, kind: number) => number) | undefined;

function enter(descriptor: number): void {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  setns ??= koffi.load(null).func('int setns(int, int)') as (descriptor: number, kind: number) => number;
  if (setns(descriptor, CLONE_NEWNET) !== 0) throw new Error('Cannot enter namespace: setns refused it');
}
