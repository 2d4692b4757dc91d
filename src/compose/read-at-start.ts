// Which configuration a start takes: the file, if it is good; else, where an earlier run of this boot ended without a stop
// (systemctl restart, a crash), the one that was in force then. What a reload would refuse, as it serves nothing any more,
// is no better here.

import { formatProblem } from '../config/format-problem.ts';
import { type ConfigReading, judgeLoss } from '../config/judge-loss.ts';
import type { Config } from '../model/config/config.ts';
import type { Problem } from '../model/config/problem.ts';
import type { ReadConfig } from './config-reader.ts';

export type StartReading = ConfigReading & {
  /** What is wrong with the file, where the last good one is taken in its place. */
  readonly rejected?: readonly string[];
};

/** @param readKept the last good one; undefined: there is none. */
export async function readAtStart(
  file: string,
  read: ReadConfig,
  readKept: ReadConfig | undefined,
): Promise<StartReading> {
  const reading = await read();
  if (readKept === undefined || !isDoubtful(reading.config)) return reading;
  const kept = await readKept();
  if (kept.config === undefined) return reading;
  const rejected = wrongWith(reading, { config: kept.config, end: kept.end });
  if (rejected.length === 0) return reading;
  // What is watched, and reloaded, is the file itself.
  return { ...kept, config: { ...kept.config, file }, rejected };
}

const isDoubtful = (config: Config | undefined): boolean =>
  config === undefined || config.virtuals.length === 0 || config.vrrp.length === 0;

function wrongWith(
  { config, end, problems }: ConfigReading,
  kept: Parameters<typeof judgeLoss>[0],
): readonly string[] {
  return config === undefined
    ? problems.filter(isError).map(formatProblem)
    : judgeLoss(kept, { config, end });
}

const isError = ({ severity }: Problem): boolean => severity === 'error';
