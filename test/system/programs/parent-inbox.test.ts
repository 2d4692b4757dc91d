import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { openParentInbox } from '../../../src/system/programs/parent-inbox.ts';

/** As Node gives a process what its parent said before it listened: all at once. */
const say = (parent: EventEmitter, ...messages: readonly number[]) => {
  for (const message of messages) parent.emit('message', message);
};

it('loses no message, whether it comes before, between or after the first one is taken', async () => {
  for (const before of [0, 1, 2, 3]) {
    for (const between of [0, 1, 2]) {
      const parent = new EventEmitter();
      const inbox = openParentInbox(parent);
      const all = [1, 2, 3, 4, 5, 6];
      say(parent, ...all.slice(0, before));
      const first = inbox.next();
      say(parent, ...all.slice(before, before + between + 1));
      expect(await first).toBe(1);
      const heard: unknown[] = [];
      inbox.onMessage((message) => heard.push(message));
      say(parent, ...all.slice(before + between + 1));
      expect(heard).toEqual([2, 3, 4, 5, 6]);
    }
  }
});
