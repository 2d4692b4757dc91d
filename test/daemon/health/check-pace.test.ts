import { expect, it } from 'vitest';
import { createCheckPace } from '../../../src/daemon/health/check-pace.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';

const second = 1_000_000;

function rig() {
  const events: JournalEvent[] = [];
  const pace = createCheckPace(
    (event) => events.push(event),
    () => 40,
  );
  let now = 5 * second;
  /** So many starts of forty a second are begun, the others missed. */
  const run = (seconds: number, begun: number) => {
    for (let passed = 0; passed < seconds; passed += 1, now += second) {
      for (let start = 0; start < begun; start += 1) pace.note(now, start < 40 - begun ? 1 : 0);
    }
  };
  return { events, pace, run };
}

it('says once that checks are made less often than asked for, and when that is over', () => {
  const { events, run, pace } = rig();
  run(31, 40);
  expect(events).toEqual([]);
  run(30, 30);
  expect(events).toEqual([{ event: 'checks.behind', checks: 40, made_percent: 77 }]);
  expect(pace.missed()).toBe(300);
  run(30, 40);
  expect(events.slice(1)).toEqual([{ event: 'checks.caught_up', checks: 40, behind_s: 30 }]);
  run(20, 30);
  expect(events).toHaveLength(3);
});

it('says nothing of the few that a pause leaves out', () => {
  const { events, run } = rig();
  run(60, 38);
  expect(events).toEqual([]);
});
