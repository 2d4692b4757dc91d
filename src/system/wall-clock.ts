// What time it is for people: of log lines alone. Nothing is decided by it.

import type { WallTime } from '../model/log-record.ts';
import { systemClock } from './clock.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => `${value}`.padStart(2, '0');

export function wallTime(now: Date = new Date()): WallTime {
  const day = `${months[now.getMonth()]} ${`${now.getDate()}`.padStart(2)}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
  return { timestamp: now.toISOString(), bsdTime: `${day} ${time}` };
}

/** Both clocks, read together. */
export const clocksNow = () => ({ monotonicMs: systemClock.now() / 1000, wallMs: Date.now(), format });

const format = (wallMs: number): string => new Date(wallMs).toISOString();
