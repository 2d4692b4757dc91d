// What the process that started us has left open: a program that we start must not hold it either. What we open
// ourselves is close-on-exec from the start (libc.ts, and Node for its own). Source: ioctl_fioclex(2), proc(5).
import { readdirSync } from 'node:fs';
import { closeOnExec } from '../libc.ts';

const standardStreams = 3;

/** Of this process, from now on. Nothing where /proc is not mounted. */
export function keepInheritedDescriptors(): void {
  for (const fd of openDescriptors()) if (fd >= standardStreams) closeOnExec(fd);
}

function openDescriptors(): readonly number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
}
