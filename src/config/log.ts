// Where the log goes, what is in it and how: `log`, and ldirectord's logfile.
import * as z from 'zod';
import type { LogConfig } from '../model/config/config.ts';
import { logDefaults } from './defaults.ts';
import { warningAt } from './problem.ts';
import { present, type Resolution } from './resolution.ts';
import { optional } from './values/documented.ts';
import { absolutePath, choice, filledText } from './values/scalars.ts';

export const logSchema = z.strictObject({
  level: optional(choice(['error', 'warn', 'info', 'debug']), 'The least that is logged.', logDefaults.level),
  format: optional(choice(['json', 'text']), 'One JSON object a line, or text.', logDefaults.format),
  file: optional(absolutePath(), 'A file to log to, beside standard output.'),
});

export const logfileShape = {
  logfile: optional(filledText(), "ldirectord's name of log.file. A syslog facility has no effect."),
} as const;

type LogDraft = z.output<z.ZodObject<typeof logfileShape>> & {
  readonly log?: z.output<typeof logSchema> | undefined;
};

export function resolveLog({ log, logfile }: LogDraft): LogConfig {
  const file = log?.file ?? (logfile?.startsWith('/') ? logfile : undefined);
  return {
    level: log?.level ?? logDefaults.level,
    format: log?.format ?? logDefaults.format,
    ...present({ file }),
  };
}

/** ldirectord takes the name of a syslog facility there. */
export function judgeLogfile({ logfile }: LogDraft, { problems, sites }: Resolution): void {
  if (logfile === undefined || logfile.startsWith('/')) return;
  const rule = 'the path of a file, as the log goes to standard output and not to syslog';
  problems.push(warningAt(sites('logfile'), 'log to syslog', rule, logfile));
}
