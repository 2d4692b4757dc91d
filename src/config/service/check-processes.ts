// `check_processes`: how many processes make health checks beside the main one. What they are worth is health/checks/cost.ts's.
import type { z } from 'zod';
import type { Config } from '../../model/config/config.ts';
import { optional } from '../values/documented.ts';
import { scalar } from '../values/scalars.ts';

/** More than any director has processors for its checks. */
const processesMax = 64;

const processes = scalar(
  `auto, or a number of processes from 0 to ${processesMax}`,
  (text): number | 'auto' | undefined => {
    if (text === 'auto') return 'auto';
    return /^\d{1,2}$/.test(text) && Number(text) <= processesMax ? Number(text) : undefined;
  },
  { anyOf: [{ enum: ['auto'] }, { type: 'integer', minimum: 0, maximum: processesMax }] },
);

export const checkProcessesShape = {
  check_processes: optional(
    processes,
    'How many processes make health checks beside the main one, on processors of their own; 0: the main one makes all.',
    'auto',
  ),
} as const;

type Draft = z.output<z.ZodObject<typeof checkProcessesShape>>;

export const resolveCheckProcesses = ({ check_processes: wish }: Draft): Pick<Config, 'checkProcesses'> =>
  wish === undefined ? {} : { checkProcesses: wish };
