import { describe, expect, it } from 'vitest';
import { type ResultBatch, rowsMax } from '../../../../src/daemon/health/processes/messages.ts';
import { createOutbox } from '../../../../src/daemon/health/processes/outbox.ts';
import type { ShownResult } from '../../../../src/model/probe-result.ts';
import { shown } from '../../../../src/net/shown.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';

const said = (outcome: 'success' | 'failure', detail: string = outcome, more = {}): ShownResult => ({
  ...{ outcome, detail: shown(detail) },
  ...more,
});

function rig() {
  const clock = createVirtualTime();
  const batches: ResultBatch[] = [];
  const leave: (() => void)[] = [];
  const outbox = createOutbox({
    clock,
    activity: () => ({ underWay: 3, waiting: 1 }),
    send: (batch, onLeft) => {
      batches.push(batch);
      leave.push(onLeft);
    },
  });
  const add = (id: number, result: ShownResult, startedAt = 0) =>
    outbox.add([id, startedAt, 0, 0, 0, result]);
  return { clock, batches, outbox, add, leave: () => leave.shift()?.() };
}

describe('results leave', () => {
  it('together, what is said again word for word without its words', async () => {
    const { clock, batches, add, leave, outbox } = rig();
    add(1, said('success'));
    add(2, said('success', 'ok', { weight: 3 }));
    add(1, said('success'));
    await clock.advance(25);
    leave();
    expect(batches.map(({ rows }) => rows.map((row) => row[5]?.outcome ?? null))).toEqual([
      ['success', 'success', null],
    ]);
    add(2, said('success', 'ok', { weight: 3 }));
    add(2, said('success', 'ok', { weight: 4 }));
    add(1, said('failure'));
    add(1, said('success'));
    outbox.forget(1);
    await clock.advance(25);
    expect(batches[1]?.rows.map((row) => row[5]?.outcome ?? null)).toEqual([
      ...[null, 'success', 'failure', 'success'],
    ]);
    expect(batches[1]).toMatchObject({ underWay: 3, waiting: 1 });
  });

  it('no batch before the one before has left, and none that is too large', async () => {
    const { clock, batches, add, leave } = rig();
    for (let id = 0; id < rowsMax + 5; id++) add(id, said('success'));
    await clock.advance(1000);
    expect(batches.map(({ rows }) => rows.length)).toEqual([rowsMax]);
    leave();
    await clock.advance(25);
    expect(batches.map(({ rows }) => rows.length)).toEqual([rowsMax, 5]);
  });

  it('the newest alone where nobody reads for long, each with its words where they are news', async () => {
    const { clock, batches, add, leave } = rig();
    add(0, said('success'));
    await clock.advance(25);
    for (let at = 1; at <= 50_000; at++) add(0, said(at < 30_000 ? 'success' : 'failure'), at);
    leave();
    for (let round = 0; round < 100; round++) {
      await clock.advance(25);
      leave();
    }
    const rows = batches.slice(1).flatMap((batch) => batch.rows);
    expect(rows.length).toBeLessThan(41_000);
    expect(rows.at(-1)?.[1]).toBe(50_000);
    expect(rows.filter((row) => row[5] !== null).map((row) => row[5]?.outcome)).toEqual(['failure']);
  });
});
