// Settings of the kernel under /proc/sys, of the network namespace that the process is in. Source: sysctl(8),
// Documentation/networking/ip-sysctl.rst of the kernel.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Sysctl } from '../../ports/sysctl.ts';

/** An interface name may hold dots: a path, not a dotted key. */
const pathOf = (key: string): string => `/proc/sys/${key}`;

export const systemSysctl: Sysctl = {
  read: (key) => {
    try {
      return readFileSync(pathOf(key), 'utf8').trim();
    } catch {
      return undefined;
    }
  },
  write: (key, value) => {
    try {
      writeFileSync(pathOf(key), value);
      return undefined;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  },
};
