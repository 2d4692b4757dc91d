// What is still to happen, in order of time; what falls on the same microsecond happens in the order in which
// it was planned. A binary heap.
import type { Micros } from '../../src/ports/clock.ts';

type Task = { readonly at: Micros; readonly order: number; readonly run: () => void };

export type Agenda = {
  readonly now: () => Micros;
  /** Not before now. */
  readonly plan: (at: Micros, run: () => void) => void;
  /** Moves the time to the next task. @returns undefined if there is none until `end`. */
  readonly take: (end: Micros) => (() => void) | undefined;
};

export function createAgenda(): Agenda {
  const heap: Task[] = [];
  let now: Micros = 0;
  let order = 0;
  return {
    now: () => now,
    plan: (at, run) => {
      rise(heap, { at: Math.max(at, now), order: order++, run });
    },
    take: (end) => {
      const first = heap[0];
      if (first === undefined || first.at > end) {
        now = end;
        return undefined;
      }
      const last = heap.pop() as Task;
      if (heap.length > 0) sink(heap, last);
      now = first.at;
      return first.run;
    },
  };
}

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function rise(heap: Task[], task: Task): void {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above] as Task;
    if (!isBefore(task, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = task;
}

function sink(heap: Task[], task: Task): void {
  let place = 0;
  for (;;) {
    let below = 2 * place + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1] as Task, heap[below] as Task)) below += 1;
    const child = heap[below] as Task;
    if (!isBefore(child, task)) break;
    heap[place] = child;
    place = below;
  }
  heap[place] = task;
}
