// A config file from disk to a Config: the one place that reads it, for `run`, `check`, `plan` and the rest.
import { hostname } from 'node:os';
import type { EntryMemory } from '../config/entry-memory.ts';
import { parseConfig } from '../config/load.ts';
import type { ConfigResult } from '../model/config/config.ts';
import type { ConfigEnvironment } from '../model/config/environment.ts';
import { decodeText } from '../net/raw-bytes.ts';
import { isDirectory } from '../system/files/is-directory.ts';
import { judgeTls } from '../system/files/judge-tls.ts';
import { formatUnread, readRegularNow, type Unread } from '../system/files/open-regular.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { resolveHost, resolveService } from '../system/names/names.ts';
import { judgeProgram } from '../system/programs/program-file.ts';

/** Far above the largest that is tested (docs/config.md), far below what would fill the memory. */
export const configBytesMax = 16 * 1024 * 1024;

/**
 * @param director the name that picks per-director values; default: the config's own, else the host's.
 * @param memory of the last reading, for who reads it again and again.
 */
export function readConfig(file: string, director?: string, memory?: EntryMemory): ConfigResult {
  const read = readRegularNow(file, { bytesMax: configBytesMax });
  if (!read.ok) return unreadConfig(file, read.error);
  return parseConfig(decodeText(read.value.content), file, hostEnvironment(director), memory);
}

export const unreadConfig = (file: string, unread: Unread): ConfigResult => ({
  problems: [
    {
      severity: 'error',
      at: { file, line: 1, column: 1 },
      message: `Cannot read config: expected ${formatUnread(unread)}`,
    },
  ],
});

/** Names and programs as this host knows them. */
export const hostEnvironment = (director?: string): ConfigEnvironment => ({
  hostname: director ?? hostname(),
  ...(director === undefined ? {} : { director }),
  resolveHost,
  resolveService,
  judgeProgram,
  judgeTls,
  readSysctl: systemSysctl.read,
  isDirectory,
});
