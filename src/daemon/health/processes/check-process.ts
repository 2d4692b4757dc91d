// A check process: makes the checks that the main process gives it, and tells what they said. It knows of no server,
// verdict or table, and ends with the main process. When checks begin is check-starter.ts's, as in the main process.

import type { Probe } from '../../../model/probe-result.ts';
import type { Clock, EventLoop } from '../../../ports/clock.ts';
import { createLiveness } from '../../pace/liveness.ts';
import { type CheckRunner, createCheckRunner } from '../check-runner.ts';
import { newCheck } from '../scheduled-check.ts';
import type { CheckTask, FromCheckProcess, ToCheckProcess } from './messages.ts';
import { createOutbox, type Outbox } from './outbox.ts';

export type CheckChannel = {
  /** @param onLeft when the channel has taken it. */
  readonly send: (message: FromCheckProcess, onLeft?: () => void) => void;
  readonly onMessage: (listener: (message: ToCheckProcess) => void) => void;
};

export type CheckProcessPorts = {
  readonly clock: Clock & EventLoop;
  readonly probe: Probe;
  /** Checks under way at once. */
  readonly concurrency: number;
  /** What an agent said last to whoever made the check before. */
  readonly recall: (task: CheckTask) => void;
};

/** It only shows that it lives: the main process is known to be gone by the end of the channel. */
const noSilence = { silenceMs: Number.POSITIVE_INFINITY, firstWordMs: Number.POSITIVE_INFINITY };

export function runChecks(ports: CheckProcessPorts, channel: CheckChannel): void {
  const { clock, probe, concurrency } = ports;
  const held = new Set<number>();
  const told = new Map<number, { skipped: number }>();
  const outbox: Outbox = createOutbox({ clock, send: channel.send, activity: () => runner.activity() });
  const runner: CheckRunner = createCheckRunner({
    ...{ clock, probe, concurrency },
    // The main process judges the pace of all together.
    journal: () => {},
    mayStart: (key) => !held.has(Number(key)),
    isFailing: () => false,
    onResult: (key, { result, at }) => {
      const id = Number(key);
      const { latenessMs = 0, tookMs = 0, skipped = 0 } = runner.statistics(key) ?? {};
      const before = told.get(id)?.skipped ?? 0;
      told.set(id, { skipped });
      const tookUs = Math.round(tookMs * 1000);
      outbox.add([id, at - tookUs, Math.round(latenessMs * 1000), tookUs, skipped - before, result]);
    },
  });

  const begin = (task: CheckTask): void => {
    const { id, plan, schedule, due, combined } = task;
    ports.recall(task);
    if (task.held) held.add(id);
    const fresh = newCheck(`${id}`, plan, { now: clock.now(), intervalMs: schedule.interval / 1000 });
    runner.begin({ ...fresh, schedule, due, combined });
  };

  const end = (id: number): void => {
    held.delete(id);
    told.delete(id);
    outbox.forget(id);
    runner.remove(`${id}`);
  };

  channel.onMessage((message) => {
    switch (message.type) {
      case 'tasks':
        for (const id of message.end) end(id);
        for (const task of message.begin) begin(task);
        return;
      case 'hold':
        held[message.held ? 'add' : 'delete'](message.id);
        return;
      case 'retry':
        runner.retry(`${message.id}`);
        return;
    }
  });
  createLiveness(clock, {
    ...noSilence,
    onBeat: () => channel.send({ type: 'heartbeat' }),
    onSilent: () => {},
  });
}
