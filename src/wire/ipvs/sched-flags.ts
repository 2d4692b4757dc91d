// Scheduler flags: three positional bits of a service (linux/ip_vs.h IP_VS_SVC_F_SCHED1 to 3) that sh and mh
// give names of their own, as `ipvsadm -b` spells them.

const BITS = [0x8, 0x10, 0x20] as const;
const NAMES: Readonly<Record<string, readonly string[]>> = {
  sh: ['sh-fallback', 'sh-port'],
  mh: ['mh-fallback', 'mh-port'],
};

const nameOf = (scheduler: string, position: number): string =>
  NAMES[scheduler]?.[position] ?? `flag-${position + 1}`;

/** The names of the flags set in `flags`, sorted; other bits are passed over. */
export const decodeSchedFlags = (scheduler: string, flags: number): readonly string[] =>
  BITS.flatMap((bit, position) => ((flags & bit) === 0 ? [] : [nameOf(scheduler, position)])).toSorted();

/** The bits of `names`; "flag-1" is understood for every scheduler. @throws RangeError for an unknown name. */
export function encodeSchedFlags(scheduler: string, names: readonly string[]): number {
  return names.reduce((bits, name) => bits | bitOf(scheduler, name), 0);
}

function bitOf(scheduler: string, name: string): number {
  const bit = BITS.find(
    (_, position) => name === nameOf(scheduler, position) || name === `flag-${position + 1}`,
  );
  if (bit !== undefined) return bit;
  throw new RangeError(
    `Cannot encode scheduler flag: expected a flag of ${scheduler} or flag-1 to flag-3, got ${name}`,
  );
}
