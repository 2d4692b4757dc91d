// Keeps the VRRP process from being held up: its code and stack stay in memory, and it runs in a real-time
// class. Both need privileges (CAP_IPC_LOCK, CAP_SYS_NICE); each outcome is reported, neither is required.
// mlockall() is out of the question: V8 aborts when it gives back pages of its code range that are locked
// (madvise answers EINVAL; tried on Node 20). So what is mapped from files is locked, with the C heap and the
// stack; keeping the rest out of swap is the unit file's business (MemorySwapMax=0).
import { readFileSync } from 'node:fs';
import { err } from '../net/result.ts';
import { lockOnFault, setScheduler } from './libc.ts';

const SCHED_RR = 2;
/** Threads and processes that we start do not inherit the class (sched(7)). */
const SCHED_RESET_ON_FORK = 0x40000000;

export type RealtimeOutcome = {
  readonly memoryLocked: boolean;
  readonly realtime: boolean;
  /** What was refused or is switched off, for the log. */
  readonly detail?: string;
};

export type RealtimeWish = {
  /** 1 to 99 of SCHED_RR; kernel threads of interrupts run at 50. */
  readonly priority: number | 'off';
  readonly lockMemory: boolean;
};

export function becomeRealtime({ priority, lockMemory }: RealtimeWish): RealtimeOutcome {
  const memory = lockMemory ? lockMappings() : 'off';
  const scheduled = priority === 'off' ? err('off') : setScheduler(SCHED_RR | SCHED_RESET_ON_FORK, priority);
  const refused = [
    ...(memory === undefined ? [] : [`mlock2: ${memory}`]),
    ...(scheduled.ok ? [] : [`sched_setscheduler: ${scheduled.error}`]),
  ];
  return {
    memoryLocked: memory === undefined,
    realtime: scheduled.ok,
    ...(refused.length === 0 ? {} : { detail: refused.join(', ') }),
  };
}

/** @returns the first refusal's code. */
function lockMappings(): string | undefined {
  for (const { start, end } of lockableMappings(ownMappings())) {
    const locked = lockOnFault(start, end - start);
    if (!locked.ok) return locked.error;
  }
  return undefined;
}

/** Nothing where /proc is not mounted. */
function ownMappings(): string {
  try {
    return readFileSync('/proc/self/maps', 'latin1');
  } catch {
    return '';
  }
}

/** The readable mappings of files, the C heap and the stack, from the text of /proc/PID/maps (proc(5)). */
export function lockableMappings(maps: string): readonly { readonly start: bigint; readonly end: bigint }[] {
  return maps.split('\n').flatMap((line) => {
    const match = /^([0-9a-f]+)-([0-9a-f]+) r\S* \S+ \S+ \d+ +(?:\/|\[heap\]|\[stack\])/.exec(line);
    return match === null ? [] : [{ start: BigInt(`0x${match[1]}`), end: BigInt(`0x${match[2]}`) }];
  });
}
