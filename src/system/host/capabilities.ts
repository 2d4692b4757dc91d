// The capabilities of this process (capabilities(7)), as the kernel has them now. A daemon that runs as a user of its own has
// them as ambient ones, which whatever it starts would inherit: between two users that are both not root the kernel
// takes none away, so a check that runs as nobody had them all. They are dropped before anything is started, which
// takes nothing from the daemon itself; the VRRP process alone is given them.
import { readFileSync } from 'node:fs';
import { ok, type Result } from '../../net/result.ts';
import { clearAmbient, type ErrnoCode, raiseAmbient } from '../libc.ts';

/** Bits of a mask (linux/capability.h). */
const CAP_SETUID = 1n << 7n;
export const CAP_SYS_NICE = 1n << 23n;

let dropped: readonly number[] = [];

/** In force. */
export const effectiveCapabilities = (): bigint => maskOf('CapEff');

/** Whether programs can be started as another user, root included. */
export const mayChangeUser = (): boolean =>
  process.getuid?.() === 0 || (effectiveCapabilities() & CAP_SETUID) !== 0n;

/** From now on no program that we start has a capability, unless it runs as root. */
export function dropAmbient(): Result<unknown, ErrnoCode> {
  const ambient = bitsOf(maskOf('CapAmb'));
  if (ambient.length === 0) return ok(undefined);
  dropped = ambient;
  return clearAmbient();
}

/** What `start` starts has the capabilities that {@link dropAmbient} has dropped. */
export function withAmbient<T>(start: () => T): T {
  if (dropped.length === 0) return start();
  for (const capability of dropped) raiseAmbient(capability);
  try {
    return start();
  } finally {
    clearAmbient();
  }
}

/** @returns none where /proc is not mounted. */
function maskOf(name: 'CapEff' | 'CapAmb'): bigint {
  try {
    const status = readFileSync('/proc/self/status', 'latin1');
    return BigInt(`0x${new RegExp(`^${name}:\\s+([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0'}`);
  } catch {
    return 0n;
  }
}

const bitsOf = (mask: bigint): readonly number[] =>
  Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((mask >> BigInt(bit)) & 1n) === 1n);
