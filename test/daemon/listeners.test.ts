import { expect, it } from 'vitest';
import { createListeners } from '../../src/daemon/listeners.ts';
import type { JournalEvent } from '../../src/journal/event.ts';

const empty: JournalEvent = { event: 'service.empty', service: 'tcp 10.0.0.1:80' };
const available: JournalEvent = { event: 'ipvs.available' };

it('an event is told to the log first, then to each listener in turn, also one that a listener tells', () => {
  const heard: string[] = [];
  const note = (who: string) => (event: JournalEvent) => void heard.push(`${who} ${event.event}`);
  const { journal, add } = createListeners(note('log'));
  add((event) => {
    note('director')(event);
    if (event.event === 'service.empty') journal(available);
  });
  add(note('notices'));
  journal(empty);
  expect(heard).toEqual([
    'log service.empty',
    'director service.empty',
    'log ipvs.available',
    'director ipvs.available',
    'notices ipvs.available',
    'notices service.empty',
  ]);
});
