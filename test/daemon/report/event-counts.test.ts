import { expect, it } from 'vitest';
import { createEventCounts } from '../../../src/daemon/report/event-counts.ts';

const transition = (instance: string) => ({
  ...{ event: 'vrrp.transition' as const, instance, vrid: 51, interface: 'eth0' },
  ...{ from: 'backup' as const, to: 'active' as const, reason: 'active_down' as const, priority: 1 },
});

function rig(rejected = false) {
  let now = 1000;
  const lines = new Map<string, number>();
  const counts = createEventCounts({ wallTime: () => now, rejected, linesLost: () => lines });
  const at = (ms: number) => {
    now = ms;
  };
  return { ...counts, at, lines };
}

it('counts transitions by router, from and to, with the time of the last', () => {
  const { heard, transitions, at } = rig();
  heard(transition('A'));
  at(2000);
  heard(transition('A'));
  expect(transitions().get('A')).toEqual({ counts: new Map([['backup active', 2]]), at: 2000 });
});

it('a reload that is refused leaves the time of the config in force', () => {
  const { heard, reload, at } = rig();
  at(2000);
  heard({ event: 'daemon.reload_rejected', config: 'a', problems: ['x'] });
  expect(reload()).toEqual({ succeeded: false, succeededAt: 1000 });
  heard({ event: 'daemon.reloaded', config: 'a', services: 0, servers: 0, ms: 1 });
  expect(reload()).toEqual({ succeeded: true, succeededAt: 2000 });
});

it('a start over a bad file is no success, until a reload is', () => {
  const { heard, reload } = rig(true);
  expect(reload()).toEqual({ succeeded: false });
  heard({ event: 'daemon.reloaded', config: 'a', services: 0, servers: 0, ms: 1 });
  expect(reload()).toEqual({ succeeded: true, succeededAt: 1000 });
});

it('counts what sinks of the log and of notices lost', () => {
  const { heard, dropped, lines } = rig();
  lines.set('/var/log/a', 7);
  heard({ event: 'notice.lost', sink: 'mail', notices: 2, reason: 'full' });
  heard({ event: 'fifo.lost', fifo: '/run/a', lines: 3, reason: 'nobody reads' });
  expect(dropped()).toEqual(
    new Map([
      ['/var/log/a', 7],
      ['mail', 2],
      ['/run/a', 3],
    ]),
  );
});

it('keeps no more names than a bound, however many come and go', () => {
  const { heard, transitions, dropped } = rig();
  for (let index = 0; index < 3000; index += 1) {
    heard(transition(`R${index}`));
    heard({ event: 'notice.lost', sink: `S${index}`, notices: 1, reason: 'full' });
  }
  expect([transitions().size, dropped().size]).toEqual([1000, 1000]);
});
