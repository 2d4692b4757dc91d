// Opens sockets of this very process inside a lab host's namespace: a socket stays where it was opened.
import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Host } from '../harness/namespaces.ts';

/** As `ip netns` knows it. */
export type Namespace = Pick<Host, 'netns'>;

const CLONE_NEWNET = 0x40000000;

/** Runs `action`, which must be synchronous, with this thread inside the host's namespace. */
export function inside<T>(host: Namespace, action: () => T): T {
  const leave = enter(host);
  try {
    return action();
  } finally {
    leave();
  }
}

/** Moves this thread into the host's namespace. @returns brings it back; to be called before the lab is removed. */
export function enter(host: Namespace): () => void {
  const own = openSync('/proc/thread-self/ns/net', 'r');
  const other = openSync(`/run/netns/${host.netns}`, 'r');
  try {
    join(other);
  } finally {
    closeSync(other);
  }
  return () => {
    join(own);
    closeSync(own);
  };
}

let setns: ((descriptor: number, kind: number) => number) | undefined;

function join(descriptor: number): void {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  setns ??= koffi.load(null).func('int setns(int, int)') as (descriptor: number, kind: number) => number;
  if (setns(descriptor, CLONE_NEWNET) !== 0) throw new Error('Cannot enter namespace: setns refused it');
}
