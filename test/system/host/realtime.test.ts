import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../../src/net/result.ts';
import { becomeRealtime, lockableMappings, type SchedulingCalls } from '../../../src/system/host/realtime.ts';

describe('what is locked in memory', () => {
  it('is what comes from files, the C heap and the stack, as far as it can be read', () => {
    const maps = [
      '00400000-00500000 r-xp 00000000 fe:01 123                                /usr/bin/node',
      '00500000-00600000 ---p 00000000 fe:01 123                                /usr/lib/x.so',
      '01000000-02000000 rw-p 00000000 00:00 0                                  [heap]',
      '7ffc0000-7ffd0000 rw-p 00000000 00:00 0                                  [stack]',
      '7ffe0000-7fff0000 r-xp 00000000 00:00 0                                  [vdso]',
      '',
    ].join('\n');
    expect(lockableMappings(maps)).toEqual([
      { start: 0x400000n, end: 0x500000n },
      { start: 0x1000000n, end: 0x2000000n },
      { start: 0x7ffc0000n, end: 0x7ffd0000n },
    ]);
  });

  it('never is what V8 maps for itself: it aborts when it cannot give that back', () => {
    expect(lockableMappings('3f00000000-3f08000000 rwxp 00000000 00:00 0 \n')).toEqual([]);
  });

  it('can be locked in a process that then ends normally', () => {
    const script = `
      const koffi = require('koffi');
      const mlock2 = koffi.load(null).func('int mlock2(uintptr_t, size_t, int)');
      for (const line of require('fs').readFileSync('/proc/self/maps', 'latin1').split('\\n')) {
        const m = /^([0-9a-f]+)-([0-9a-f]+) r\\S* \\S+ \\S+ \\d+ +(?:\\/|\\[heap\\]|\\[stack\\])/.exec(line);
        if (m) mlock2(BigInt('0x' + m[1]), BigInt('0x' + m[2]) - BigInt('0x' + m[1]), 1);
      }
      for (let i = 0; i < 500; i += 1) new Function('a', 'return a + ' + i)(1);
      gc();`;
    execFileSync(process.execPath, ['--expose-gc', '-e', script]);
  });
});

describe('a real-time class that is refused', () => {
  const wish = { priority: 20, lockMemory: false } as const;
  const calls = (code: string, capabilities: bigint, mayNice = true) => {
    const nices: number[] = [];
    const fake: SchedulingCalls = {
      setClass: () => err(code),
      setNice: (nice) => {
        if (!mayNice) throw new Error('EACCES');
        nices.push(nice);
      },
      capabilities: () => capabilities,
    };
    return { fake, nices };
  };

  it('with the capability is the control group: nice instead, and what to do about it', () => {
    const { fake, nices } = calls('EPERM', 1n << 23n);
    const outcome = becomeRealtime(wish, fake);
    expect(outcome).toMatchObject({ realtime: false, nice: -15 });
    expect(outcome.detail).toContain('sched_setscheduler: EPERM');
    expect(outcome.advice).toContain('CONFIG_RT_GROUP_SCHED');
    expect(nices).toEqual([-15]);
  });

  it('without the capability says so; where nice is refused as well nothing is claimed', () => {
    const outcome = becomeRealtime(wish, calls('EPERM', 0n, false).fake);
    expect(outcome.nice).toBeUndefined();
    expect(outcome.advice).toContain('CAP_SYS_NICE');
  });

  it('is no matter where nobody wished for it, and none where it is granted', () => {
    expect(
      becomeRealtime({ priority: 'off', lockMemory: false }, calls('EPERM', 0n).fake).advice,
    ).toBeUndefined();
    const granted = becomeRealtime(wish, { ...calls('EPERM', 0n).fake, setClass: () => ok(0) });
    expect(granted).toEqual({ realtime: true, memoryLocked: false, detail: 'mlock2: off' });
  });
});
