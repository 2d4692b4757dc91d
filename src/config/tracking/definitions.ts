// What virtual routers may track by a name: the scripts, files and processes of the top level.
import * as z from 'zod';
import type { Position } from '../../model/config/problem.ts';
import type { TrackedConfig } from '../../model/config/tracked.ts';
import { trackDefaults as defaults } from '../defaults.ts';
import { errorAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { command } from '../values/command-words.ts';
import { optional, required } from '../values/documented.ts';
import {
  absolutePath,
  choice,
  duration,
  filledText,
  flag,
  formatDuration,
  plainName,
  userName,
  whole,
} from '../values/scalars.ts';
import { weight, weightMeaning } from './weight.ts';

export const scriptSchema = z.strictObject({
  name: required(plainName, 'What track_script calls it.'),
  script: required(
    command(),
    'The program and its arguments, quoted as in a shell; no shell runs. Exit 0 is success.',
  ),
  interval: optional(
    duration({ minMs: 10, maxMs: 86_400_000 }),
    'Time from the start of one run to the next, which begins when the last has ended.',
    formatDuration(defaults.interval),
  ),
  timeout: optional(
    duration({ minMs: 10, maxMs: 86_400_000 }),
    'After how long a run counts as failed, and is ended. Default: the interval.',
  ),
  weight: optional(weight, weightMeaning, '0'),
  rise: optional(whole(1, 65_535), 'Successes in a row after which it is well again.', `${defaults.rise}`),
  fall: optional(whole(1, 65_535), 'Failures in a row after which it is not.', `${defaults.fall}`),
  init_fail: optional(
    flag(),
    'Whether it counts as failed from the start, until it has succeeded `rise` times. Otherwise its first result decides.',
    'no',
  ),
  user: optional(userName(), 'The user that it runs as. Default: script_user.'),
});

export const fileSchema = z.strictObject({
  name: required(plainName, 'What track_file calls it.'),
  file: required(absolutePath(), 'The file; its number times the weight is added to the priority.'),
  weight: optional(
    weight,
    'By what its number is multiplied. 0: any number but 0 is a fault.',
    `${defaults.fileWeight}`,
  ),
});

export const processSchema = z.strictObject({
  name: required(plainName, 'What track_process calls it.'),
  process: required(
    filledText(),
    "The program: a path, or its last part as it stands in the process's arguments.",
  ),
  parameters: optional(filledText(), 'Its arguments, blanks between. Unset: any.'),
  param_match: optional(
    choice(['exact', 'initial', 'partial']),
    'Whether the parameters are all of the arguments, their beginning, or a part of them.',
    defaults.param_match,
  ),
  quorum: optional(whole(1, 65_535), 'How many of them must run.', `${defaults.quorum}`),
  quorum_max: optional(whole(1, 65_535), 'How many of them may run. Unset: any number.'),
  interval: optional(
    duration({ minMs: 100, maxMs: 86_400_000 }),
    'How often the processes are looked through.',
    formatDuration(defaults.interval),
  ),
  weight: optional(weight, weightMeaning, '0'),
});

/** At the top level: what can be referred to. */
export const definitionShape = {
  vrrp_script: optional(z.array(scriptSchema.optional()), 'Commands that track_script refers to.'),
  vrrp_track_file: optional(z.array(fileSchema.optional()), 'Files that track_file refers to.'),
  vrrp_track_process: optional(z.array(processSchema.optional()), 'Processes that track_process refers to.'),
} as const;
export type DefinitionsDraft = z.output<z.ZodObject<typeof definitionShape>>;

export function resolveDefinitions(draft: DefinitionsDraft, resolution: Resolution): TrackedConfig {
  return {
    scripts: resolveNamed('vrrp_script', draft.vrrp_script, resolution).map(({ entry, at }) => ({
      name: entry.name,
      command: entry.script,
      intervalMs: entry.interval ?? defaults.interval,
      timeoutMs: entry.timeout ?? entry.interval ?? defaults.interval,
      rise: entry.rise ?? defaults.rise,
      fall: entry.fall ?? defaults.fall,
      ...(entry.init_fail === true && { initFail: true }),
      ...present({ user: entry.user }),
      at,
    })),
    files: resolveNamed('vrrp_track_file', draft.vrrp_track_file, resolution).map(({ entry, at }) => ({
      name: entry.name,
      file: entry.file,
      at,
    })),
    processes: resolveNamed('vrrp_track_process', draft.vrrp_track_process, resolution).map(
      ({ entry, at }) => ({
        name: entry.name,
        program: entry.process,
        paramMatch: entry.param_match ?? defaults.param_match,
        quorum: entry.quorum ?? defaults.quorum,
        intervalMs: entry.interval ?? defaults.interval,
        ...present({ parameters: entry.parameters, quorumMax: entry.quorum_max }),
        at,
      }),
    ),
  };
}

/** Each with its place; a name that stands twice is an error. */
export function resolveNamed<T extends { readonly name: string }>(
  key: string,
  drafts: readonly (T | undefined)[] = [],
  { sites, problems }: Resolution,
): readonly { readonly entry: T; readonly index: number; readonly at: Position }[] {
  const seen = new Set<string>();
  return drafts.flatMap((entry, index) => {
    if (entry === undefined) return [];
    if (seen.has(entry.name)) {
      problems.push(
        errorAt(sites(key, index, 'name'), `define ${key}`, 'each name once', `${entry.name} again`),
      );
    }
    seen.add(entry.name);
    return [{ entry, index, at: sites(key, index) }];
  });
}
