// Where the log goes, what is in it and how: `log`, and ldirectord's logfile, which names a file or a facility of syslog.
import * as z from 'zod';
import type { Facility, LogConfig } from '../model/config/log.ts';
import { logDefaults } from './defaults.ts';
import { errorAt } from './problem.ts';
import { present, type Resolution } from './resolution.ts';
import { facilityNames, resolveSyslog, syslogDefaults, syslogSchema } from './syslog.ts';
import { optional } from './values/documented.ts';
import { absolutePath, choice, filledText, isAbsolute } from './values/scalars.ts';
import { didYouMean } from './values/suggest.ts';

export const logSchema = z.strictObject({
  level: optional(choice(['error', 'warn', 'info', 'debug']), 'The least that is logged.', logDefaults.level),
  format: optional(
    choice(['json', 'text']),
    'One JSON object a line, or text, on standard output and in a file. Default: text on a terminal, json elsewhere.',
  ),
  journal: optional(
    choice(['auto', 'yes', 'no']),
    "Whether journald is spoken to by its own protocol. auto: where standard output is journald's.",
    logDefaults.journal,
  ),
  file: optional(absolutePath(), 'A file to log to, beside standard output.'),
  syslog: optional(z.array(syslogSchema), 'A syslog to log to, or several, beside standard output.'),
});

export const logfileShape = {
  logfile: optional(
    filledText(),
    "ldirectord's name of log.file, or the facility of a log.syslog at /dev/log.",
  ),
} as const;

type LogDraft = z.output<z.ZodObject<typeof logfileShape>> & {
  readonly log?: z.output<typeof logSchema> | undefined;
};

/** What `log` says of a place counts; what it does not say, `logfile` does. */
export function resolveLog({ log, logfile }: LogDraft, resolution: Resolution): LogConfig {
  const file = log?.file ?? (logfile !== undefined && isAbsolute(logfile) ? logfile : undefined);
  const facility = log?.syslog === undefined ? facilityOf(logfile) : undefined;
  const syslog =
    facility === undefined ? resolveSyslog(log?.syslog, resolution) : [{ ...syslogDefaults, facility }];
  return {
    level: log?.level ?? logDefaults.level,
    ...present({
      format: log?.format,
      journal: log?.journal,
      file,
      syslog: syslog.length === 0 ? undefined : syslog,
    }),
  };
}

const facilityOf = (word: string | undefined): Facility | undefined =>
  facilityNames.find((name) => name === word);

/** ldirectord ends where its syslog has no such facility. */
export function judgeLogfile({ logfile }: LogDraft, { problems, sites }: Resolution): void {
  if (logfile === undefined || isAbsolute(logfile) || facilityOf(logfile) !== undefined) return;
  const rule = `the absolute path of a file, or a facility (daemon, local0 to local7)${didYouMean(logfile, facilityNames)}`;
  problems.push(errorAt(sites('logfile'), 'log to logfile', rule, logfile));
}
