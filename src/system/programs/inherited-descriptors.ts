// What the process that started us has left open: a program that we start must not hold it either. What we open
// ourselves is close-on-exec from the start (libc.ts, and Node for its own). Source: ioctl_fioclex(2),
// proc_pid_fdinfo(5).
import { readdirSync, readFileSync } from 'node:fs';
import { closeOnExec } from '../libc.ts';

const standardStreams = 3;
/** asm-generic/fcntl.h */
const O_CLOEXEC = 0o2000000;

/** Of this process, from now on. Nothing where /proc is not mounted; the binding is loaded only where there is one. */
export function keepInheritedDescriptors(): void {
  for (const fd of openDescriptors()) if (fd >= standardStreams && !isClosedOnExec(fd)) closeOnExec(fd);
}

function isClosedOnExec(fd: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1');
    return (Number.parseInt(/^flags:\s+([0-7]+)/m.exec(info)?.[1] ?? '0', 8) & O_CLOEXEC) !== 0;
  } catch {
    // It is open no more: the one that the list itself was read with.
    return true;
  }
}

function openDescriptors(): readonly number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
}
