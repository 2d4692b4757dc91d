// retryinterval: when a server that fails is looked at again, and so when it is out. Over keepalived files that are made up,
// converted, the moment is that of keepalived (its check_tcp.c, check_http.c, check_dns.c and check_misc.c, retold here).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHealthLoop } from '../../../src/daemon/health/health-loop.ts';
import type { ProbeResult } from '../../../src/model/probe-result.ts';
import { shown } from '../../../src/net/shown.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { convertedText } from '../../make/conversion.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

type Service = Parameters<typeof aVirtual>[0];

function rig(virtuals: readonly Service[], tookMs = 0) {
  const clock = createVirtualTime();
  const begun = clock.now();
  const nowMs = () => (clock.now() - begun) / 1000;
  const startsMs: number[] = [];
  const told: { readonly event: string; readonly atMs: number }[] = [];
  let outcome: ProbeResult['outcome'] = 'success';
  const loop = createHealthLoop({
    clock,
    journal: ({ event }) => told.push({ event, atMs: nowMs() }),
    onVerdict: () => {},
    probe: () => {
      startsMs.push(nowMs());
      const said = { outcome, detail: shown(outcome) } as const;
      if (tookMs === 0) return Promise.resolve(said);
      return new Promise((resolve) => clock.after(tookMs, () => resolve(said)));
    },
  });
  loop.configure(virtuals.map((each) => aVirtual({ reals: [aReal()], ...each })));
  return {
    loop,
    startsMs,
    nowMs,
    answer: (next: ProbeResult['outcome']) => {
      outcome = next;
    },
    advance: clock.advance,
    /** The moment of an event; it has to come within the time. */
    until: async (event: string, withinMs: number) => {
      const end = nowMs() + withinMs;
      const find = () => told.find((each) => each.event === event);
      while (find() === undefined && nowMs() < end) await clock.advance(50);
      return find()?.atMs ?? expect.fail(`no ${event}`);
    },
  };
}

const timing = { checkintervalMs: 10_000, retryintervalMs: 1000, fall: 4 } as const;

/** It fails from its second check on. */
async function failing(virtuals: readonly Service[]) {
  const all = rig(virtuals);
  await all.until('real.up', 2000);
  all.answer('failure');
  const { startsMs } = all;
  const known = startsMs.length;
  while (startsMs.length === known) await all.advance(10);
  const [first = 0] = startsMs.slice(known);
  return { ...all, since: () => startsMs.slice(known).map((at) => Math.round(at - first)) };
}

describe('after a failure', () => {
  it('the next checks come at the retryinterval until the server is out, then as ever', async () => {
    const { advance, since } = await failing([timing]);
    await advance(30_000);
    expect(since()).toEqual([0, 1000, 2000, 3000, 10_000, 20_000, 30_000]);
  });

  it('and a success, they come as ever', async () => {
    const { advance, answer, since } = await failing([timing]);
    await advance(1500);
    answer('success');
    await advance(20_000);
    expect(since()).toEqual([0, 1000, 2000, 10_000, 20_000]);
  });

  it('that takes the server out at once, nothing is looked into', async () => {
    const { advance, since } = await failing([{ ...timing, fall: 1 }]);
    await advance(20_000);
    expect(since()).toEqual([0, 10_000, 20_000]);
  });

  it('of a check that cannot be made, nothing changes', async () => {
    const { advance, answer, since } = await failing([timing]);
    answer('unmade');
    await advance(10_500);
    expect(since()).toEqual([0, 1000, 10_000]);
  });

  it('a check of two services goes on sooner while either would lose its server', async () => {
    const other = { id: { kind: 'fwmark', family: 'inet', fwmark: 1 } } as const;
    const { advance, since } = await failing([
      { ...timing, fall: 2 },
      { ...timing, ...other, fall: 3 },
    ]);
    await advance(10_000);
    expect(since()).toEqual([0, 1000, 2000, 10_000]);
  });

  it('a reload that takes the retryinterval away ends it', async () => {
    const { advance, loop, since } = await failing([timing]);
    await advance(1500);
    const { retryintervalMs: _, ...slow } = timing;
    loop.configure([aVirtual({ reals: [aReal()], ...slow })]);
    const before = since().length;
    await advance(1000);
    expect(since().length - before).toBeLessThanOrEqual(1);
  });
});

const kinds = {
  TCP_CHECK: { retry: 1, before: () => 1000 },
  HTTP_GET: { retry: 1, before: () => 3000 },
  PING_CHECK: { retry: 1, before: () => 1000 },
  DNS_CHECK: { retry: 3, before: (delayLoop: number) => delayLoop },
  MISC_CHECK: { retry: 0, before: () => 1000 },
} as const;
type Kind = keyof typeof kinds;

type Times = { readonly delayLoop: number; readonly retry?: number; readonly before?: number };

/** From the start of the first check that fails to the end of the one that takes the server out. */
function keepalivedMs(kind: Kind, { delayLoop, ...given }: Times, tookMs: number): number {
  const retry = given.retry ?? kinds[kind].retry;
  const before = given.before ?? kinds[kind].before(delayLoop);
  let start = 0;
  for (let count = 0; ; count += 1) {
    const end = start + tookMs;
    if (count >= retry) return end;
    start = kind === 'MISC_CHECK' ? Math.max(end, start + before) : end + before;
  }
}

/** Outside of a check, keepalived leaves a `retry` of none out. */
function read({ retry, ...others }: Times, isInCheck: boolean): Times {
  return retry === undefined || (retry === 0 && !isInCheck) ? others : { ...others, retry };
}

function textOf(kind: Kind, { delayLoop, retry, before }: Times, isInCheck: boolean): string {
  const own = [
    ...(retry === undefined ? [] : [`retry ${retry}`]),
    ...(before === undefined ? [] : [`delay_before_retry ${before / 1000}`]),
  ].join('\n');
  const more = { HTTP_GET: 'url {\npath /\n}', MISC_CHECK: 'misc_path /x\nmisc_timeout 9' } as Partial<
    Record<Kind, string>
  >;
  const check = `${kind} {\n${more[kind] ?? ''}\n${isInCheck ? own : ''}\n}`;
  const head = `virtual_server 10.0.0.1 80 {\nprotocol TCP\nlb_algo rr\ndelay_loop ${delayLoop / 1000}`;
  return `${head}\n${isInCheck ? '' : own}\nreal_server 10.0.0.2 80 {\n${check}\n}\n}`;
}

it('a server is out at the moment at which keepalived takes it out', async () => {
  const ms = (min: number, max: number) =>
    fc.integer({ min: min / 10, max: max / 10 }).map((each) => each * 10);
  const times = fc.record(
    {
      delayLoop: ms(1000, 20_000),
      retry: fc.integer({ min: 0, max: 5 }),
      before: ms(10, 12_000),
    },
    { requiredKeys: ['delayLoop'] },
  );
  const kind = fc.constantFrom(...(Object.keys(kinds) as Kind[]));
  await fc.assert(
    fc.asyncProperty(kind, times, fc.boolean(), ms(0, 900), async (which, given, isInCheck, tookMs) => {
      const { config } = convertedText(textOf(which, given, isInCheck));
      const all = rig(config.virtuals, tookMs);
      const upMs = await all.until('real.up', 3000);
      all.answer('failure');
      const downMs = await all.until('real.down', 150_000);
      const first = all.startsMs.find((at) => at > upMs) ?? Number.NaN;
      expect(Math.round(downMs - first)).toBe(keepalivedMs(which, read(given, isInCheck), tookMs));
    }),
    { numRuns: 60 },
  );
});
