// Which process is the daemon of a file, by what cannot be out of date: the process that its lock file names has that very
// file open, as nobody else has (proc(5)). A process id that another process has since got is told apart by that. Beside it,
// what ldirectord's pid file says where no daemon of ours runs.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { programOf } from '../../system/host/rivals.ts';
import type { Instance } from './instance.ts';

export type Holder =
  | { readonly kind: 'ours'; readonly pid: number }
  /** ldirectord itself runs with a file of that name. */
  | { readonly kind: 'ldirectord'; readonly pid: number }
  /** A pid file without such a process. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'none' };

export function holderOf(instance: Instance): Holder {
  const pid = pidIn(instance.lock);
  if (pid !== undefined && hasOpen(pid, instance.lock)) return { kind: 'ours', pid };
  const text = textOf(instance.pidFile);
  if (text === undefined) return { kind: 'none' };
  const named = Number(text.trim());
  const commandLine = Number.isSafeInteger(named) && named > 0 ? textOf(`/proc/${named}/cmdline`) : undefined;
  if (commandLine === undefined || commandLine === '') return { kind: 'stale' };
  if (programOf(commandLine) === 'ldirectord') return { kind: 'ldirectord', pid: named };
  // The daemon of another file with that name.
  return isOurs(commandLine) ? { kind: 'none' } : { kind: 'stale' };
}

/** Whether the process of that pid file lives, whoever's it is. */
export const isTaken = (instance: Instance): boolean => {
  const pid = pidIn(instance.pidFile);
  const commandLine = pid === undefined ? undefined : textOf(`/proc/${pid}/cmdline`);
  return commandLine !== undefined && (isOurs(commandLine) || programOf(commandLine) === 'ldirectord');
};

const isOurs = (commandLine: string): boolean =>
  commandLine.split('\0').some((word) => /(?:^|\/)(?:lvs-director-ldirectord|ldirectord\.js)$/.test(word));

export function pidIn(path: string): number | undefined {
  const pid = Number((textOf(path) ?? '').trim());
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

const textOf = (path: string): string | undefined => attempt(() => readFileSync(path, 'latin1'));

function hasOpen(pid: number, path: string): boolean {
  const real = attempt(() => realpathSync(path));
  const folder = `/proc/${pid}/fd`;
  const open = attempt(() => readdirSync(folder)) ?? [];
  return real !== undefined && open.some((fd) => attempt(() => readlinkSync(`${folder}/${fd}`)) === real);
}

/** What is not there, or goes while it is looked at, is as if it had never been. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
