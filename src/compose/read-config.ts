// A config file from disk to a Config: the one place that reads it, for `run`, `check`, `plan` and the rest.
import { hostname } from 'node:os';
import { parseConfig } from '../config/load.ts';
import type { ConfigResult } from '../model/config/config.ts';
import type { ConfigEnvironment } from '../model/config/environment.ts';
import { decodeText } from '../net/raw-bytes.ts';
import { isDirectory } from '../system/files/is-directory.ts';
import { judgeTls } from '../system/files/judge-tls.ts';
import { formatUnread, readRegularNow, type Unread } from '../system/files/open-regular.ts';
import { readSecret, readSecretBeside } from '../system/files/secrets.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { resolveHost, resolveService } from '../system/names/names.ts';
import { judgeProgram } from '../system/programs/program-file.ts';
import { configBytesMax } from './config-bytes.ts';
import { readExecutedNow } from './executed-files.ts';

/** @param director the name that picks per-director values; default: the config's own, else the host's. */
export function readConfig(
  file: string,
  director?: string,
  environment: ConfigEnvironment = hostEnvironment(director),
): ConfigResult {
  const read = readRegularNow(file, { bytesMax: configBytesMax });
  if (!read.ok) return unreadConfig(file, read.error);
  return parseConfig(decodeText(read.value.content), file, environment);
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

/** Names and programs as this host knows them; no secret is read. */
export const hostEnvironment = (director?: string): ConfigEnvironment => ({
  hostname: director ?? hostname(),
  ...(director === undefined ? {} : { director }),
  resolveHost,
  resolveService,
  judgeProgram,
  judgeTls,
  readSysctl: systemSysctl.read,
  isDirectory,
  readExecuted: readExecutedNow,
});

/** As the daemon reads it: with the secrets that stand elsewhere. */
export const daemonEnvironment = (director?: string): ConfigEnvironment => ({
  ...hostEnvironment(director),
  readSecret,
});

/** As `check` and `plan` read it: with those that they can see. */
export const commandEnvironment = (director?: string): ConfigEnvironment => ({
  ...hostEnvironment(director),
  readSecret: readSecretBeside,
});
