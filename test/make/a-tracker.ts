// A tracked script; a test says only what it is about.
import type { Tracker } from '../../src/model/tracking.ts';

export const aTracker = (changes: Partial<Tracker> = {}): Tracker => ({
  kind: 'script',
  name: 'web',
  weight: 0,
  reverse: false,
  ...changes,
});
