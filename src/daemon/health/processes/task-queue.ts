// What check processes are told, gathered in each turn of the event loop, so that ten thousand checks that are shared out
// are a hundred messages; and in order: what else is said of a task comes behind it.

import type { EventLoop } from '../../../ports/clock.ts';
import { type CheckTask, type ToCheckProcess, tasksAtOnce } from './messages.ts';

export type TaskQueue = {
  readonly begin: (place: number, task: CheckTask) => void;
  readonly end: (place: number, id: number) => void;
  readonly tell: (place: number, message: ToCheckProcess) => void;
  /** Its process is another one now: what waited was for the one before. */
  readonly forget: (place: number) => void;
};

export function createTaskQueue(
  loop: EventLoop,
  send: (place: number, message: ToCheckProcess) => void,
): TaskQueue {
  const waiting = new Map<number, { begin: CheckTask[]; end: number[] }>();

  const flush = (place: number): void => {
    const { begin, end } = waiting.get(place) ?? { begin: [], end: [] };
    waiting.delete(place);
    if (end.length > 0) send(place, { type: 'tasks', begin: [], end });
    for (let at = 0; at < begin.length; at += tasksAtOnce)
      send(place, { type: 'tasks', begin: begin.slice(at, at + tasksAtOnce), end: [] });
  };

  const ofPlace = (place: number) => {
    const known = waiting.get(place);
    if (known !== undefined) return known;
    const fresh = { begin: [], end: [] };
    waiting.set(place, fresh);
    loop.afterPoll(() => flush(place));
    return fresh;
  };

  return {
    begin: (place, task) => void ofPlace(place).begin.push(task),
    end: (place, id) => {
      const { begin, end } = ofPlace(place);
      const at = begin.findIndex((task) => task.id === id);
      if (at === -1) end.push(id);
      else begin.splice(at, 1);
    },
    tell: (place, message) => {
      flush(place);
      send(place, message);
    },
    forget: (place) => void waiting.delete(place),
  };
}
