// Keeps the VRRP process from being held up: its code and stack stay in memory, and it runs in a real-time
// class; where the kernel refuses that, ahead of others by its nice value. Both need privileges (CAP_IPC_LOCK,
// CAP_SYS_NICE); each outcome is reported, with what to do about it, and neither is required.
// mlockall() is out of the question: V8 aborts when it gives back pages of its code range that are locked
// (madvise answers EINVAL; tried on Node 20). So what is mapped from files is locked, with the C heap and the
// stack; keeping the rest out of swap is the unit file's business (MemorySwapMax=0).
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { err, type Result } from '../../net/result.ts';
import { lockOnFault, setScheduler } from '../libc.ts';
import { CAP_SYS_NICE, effectiveCapabilities } from './capabilities.ts';

const SCHED_RR = 2;
/** Threads and processes that we start do not inherit the class (sched(7)). */
const SCHED_RESET_ON_FORK = 0x40000000;

export type RealtimeOutcome = {
  readonly memoryLocked: boolean;
  readonly realtime: boolean;
  /** In place of the class. */
  readonly nice?: number;
  /** What was refused or is switched off, for the log. */
  readonly detail?: string;
  /** What the administrator can do about the class that was wished for and refused. */
  readonly advice?: string;
};

export type RealtimeWish = {
  /** 1 to 99 of SCHED_RR; kernel threads of interrupts run at 50. */
  readonly priority: number | 'off';
  readonly lockMemory: boolean;
};

/** Below what the kernel's own helpers have (-20). */
const niceInstead = -15;

/** What the kernel says to either; and the capabilities in force, as /proc/self/status has them. */
export type SchedulingCalls = {
  readonly setClass: (policy: number, priority: number) => Result<number, string>;
  /** Throws where it is refused. */
  readonly setNice: (nice: number) => void;
  readonly capabilities: () => bigint;
};

const ofThisHost: SchedulingCalls = {
  setClass: setScheduler,
  setNice: (nice) => setPriority(nice),
  capabilities: effectiveCapabilities,
};

export function becomeRealtime(
  { priority, lockMemory }: RealtimeWish,
  calls: SchedulingCalls = ofThisHost,
): RealtimeOutcome {
  const memory = lockMemory ? lockMappings() : 'off';
  const scheduled =
    priority === 'off' ? err('off') : calls.setClass(SCHED_RR | SCHED_RESET_ON_FORK, priority);
  const refused = [
    ...(memory === undefined ? [] : [`mlock2: ${memory}`]),
    ...(scheduled.ok ? [] : [`sched_setscheduler: ${scheduled.error}`]),
  ];
  return {
    memoryLocked: memory === undefined,
    realtime: scheduled.ok,
    ...(scheduled.ok || priority === 'off' ? {} : withoutClass(scheduled.error, calls)),
    ...(refused.length === 0 ? {} : { detail: refused.join(', ') }),
  };
}

/** The second best, and what would bring the best. */
function withoutClass(code: string, { setNice, capabilities }: SchedulingCalls) {
  const advice = adviceOn(code, (capabilities() & CAP_SYS_NICE) !== 0n);
  try {
    setNice(niceInstead);
    return { nice: niceInstead, advice };
  } catch {
    return { advice };
  }
}

function adviceOn(code: string, mayNice: boolean): string {
  if (code !== 'EPERM') return 'set vrrp_process.realtime to 1 to 99, or to off';
  if (!mayNice) return 'give it CAP_SYS_NICE, or set vrrp_process.realtime to off';
  // sched_setscheduler(2) of a kernel with CONFIG_RT_GROUP_SCHED: the capability does not help.
  return (
    'its control group has no real-time budget (CONFIG_RT_GROUP_SCHED): boot with rt_group_sched=0, or take the cpu ' +
    'controller off its slice, or give cpu.rt_runtime_us, or set vrrp_process.realtime to off (docs/runbook.md)'
  );
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
