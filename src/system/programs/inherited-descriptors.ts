// What the process that started us has left open: a program that we start must not hold it either. What we open
// ourselves is close-on-exec from the start (libc.ts, and Node for its own). Source: ioctl_fioclex(2),
// proc_pid_fdinfo(5).
import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { closeOnExec } from '../libc.ts';

const standardStreams = 3;
/** asm-generic/fcntl.h */
const O_CLOEXEC = 0o2000000;

let inherited: readonly number[] | undefined;

/** As it was when first asked, which is before anything is started. None where /proc is not mounted. */
export function inheritedDescriptors(): readonly number[] {
  inherited ??= openDescriptors().filter((fd) => fd >= standardStreams && !isClosedOnExec(fd));
  return inherited;
}

/** From now on no program that this process starts has them. The binding is loaded only where there is one. */
export function keepInheritedDescriptors(): void {
  for (const fd of inheritedDescriptors()) closeOnExec(fd);
}

/** In a process that was started before its parent kept them. */
export function closeInherited(descriptors: readonly number[]): void {
  for (const fd of descriptors) {
    try {
      closeSync(fd);
    } catch {
      // It was open no more.
    }
  }
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
