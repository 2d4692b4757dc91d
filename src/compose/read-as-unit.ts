// A config with the eyes of the user that the unit runs as: what root, who asks, may read and the daemon may not. The file
// is read a second time with that user's rights; what is found then and was not before is what a start, or a check, will meet.
import { resolve } from 'node:path';
import { formatProblem } from '../config/format-problem.ts';
import { parseConfig } from '../config/load.ts';
import { warningAt } from '../config/problem.ts';
import type { Config, ConfigResult } from '../model/config/config.ts';
import type { Position, Problem } from '../model/config/problem.ts';
import { decodeText } from '../net/raw-bytes.ts';
import { readRegularNow } from '../system/files/open-regular.ts';
import type { ServiceUnit } from '../system/host/service-unit.ts';
import { asUser } from '../system/programs/as-user.ts';
import { findUser } from '../system/programs/users.ts';
import { configBytesMax } from './config-bytes.ts';
import { commandEnvironment, unreadConfig } from './read-config.ts';

export type Asked = { readonly file: string; readonly director?: string };

/** @param seen what root found. @returns it, with what the user cannot do. */
export async function withEyesOf(
  unit: ServiceUnit | undefined,
  { file, director }: Asked,
  seen: ConfigResult,
): Promise<ConfigResult> {
  const user = unit === undefined || unit.user === 'root' ? undefined : findUser(unit.user);
  const read = readRegularNow(file, { bytesMax: configBytesMax });
  if (unit === undefined || user === undefined || !read.ok) return seen;
  const text = decodeText(read.value.content);
  const known = new Set(seen.problems.map(formatProblem));
  const found = await asUser(user, unit.groups, async () => [
    // A file elsewhere is none that the unit reads: it will be put where it does.
    ...(unit.words.includes(resolve(file)) ? judgeFile(file) : []),
    ...parseConfig(text, file, commandEnvironment(director)).problems,
    ...(seen.config === undefined ? [] : judgeNamed(seen.config)),
  ]);
  const added = found.filter((problem) => !known.has(formatProblem(problem)));
  return added.length === 0 ? seen : { ...seen, problems: [...seen.problems, ...added] };
}

function judgeFile(file: string): readonly Problem[] {
  const read = readRegularNow(file, { bytesMax: 1, start: true });
  return read.ok ? [] : unreadConfig(file, read.error).problems;
}

/** Files that are read, and read again, while the daemon runs. */
function judgeNamed({ virtuals, tracked }: Config): readonly Problem[] {
  return [
    ...virtuals.flatMap(({ realFile }) => unreadable('real_file', realFile?.path, realFile?.at)),
    ...(tracked?.files ?? []).flatMap(({ file, at }) => unreadable('vrrp_track_file', file, at)),
  ];
}

function unreadable(key: string, path: string | undefined, at: Position | undefined): readonly Problem[] {
  if (path === undefined || at === undefined) return [];
  const read = readRegularNow(path, { bytesMax: 1, start: true });
  // One that is not there may come; whoever asked has been told of it, where it matters.
  if (read.ok || read.error.code === 'ENOENT') return [];
  const { rule, got } = read.error;
  return [warningAt(at, `read ${key} ${path}`, rule, got)];
}
