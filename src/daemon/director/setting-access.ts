// Settings of IPVS by name, wherever the kernel has them: timeouts over netlink, sysctls as files.

import type { Timeouts } from '../../model/director.ts';
import { err, ok, type Result } from '../../net/result.ts';
import type { DirectorKernel, KernelError } from '../../ports/kernel.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import { type SettingName, sysctlPrefix, timeoutNames } from '../../reconcile/director-settings.ts';

export type SettingAccess = {
  readonly read: (
    names: readonly SettingName[],
  ) => Promise<ReadonlyMap<SettingName, Result<string, KernelError>>>;
  readonly write: (name: SettingName, value: string) => Promise<KernelError | undefined>;
};

const noSuchSetting: KernelError = { code: 'ENOENT', message: 'this kernel has no such setting' };
const noIpvs: KernelError = { code: 'ENOSYS', message: 'the kernel has no IPVS (modprobe ip_vs)' };
const meanings: Readonly<Record<string, string>> = {
  EROFS: '/proc/sys is read-only here',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EINVAL: 'not a value that this kernel takes',
};

export function createSettingAccess(kernel: DirectorKernel, sysctl: Sysctl): SettingAccess {
  const readSysctl = (name: string): Result<string, KernelError> => {
    const value = sysctl.read(pathOf(name));
    if (value !== undefined) return ok(value.trim().replaceAll(/\s+/g, ' '));
    // One that every IPVS has: not there, none is.
    return err(sysctl.read(pathOf(`${sysctlPrefix}drop_entry`)) === undefined ? noIpvs : noSuchSetting);
  };

  return {
    read: async (names) => {
      const timeouts = names.some(isTimeout) ? await kernel.timeouts() : undefined;
      const readOne = (name: SettingName): Result<string, KernelError> => {
        if (!isTimeout(name)) return readSysctl(name);
        if (timeouts === undefined || !timeouts.ok) return timeouts ?? err(noIpvs);
        const seconds = timeouts.value[timeoutOf(name)];
        return seconds > 0 ? ok(String(seconds)) : err(noSuchSetting);
      };
      return new Map(names.map((name) => [name, readOne(name)]));
    },
    write: async (name, value) => {
      if (isTimeout(name)) return kernel.changeTimeouts({ [timeoutOf(name)]: Number(value) });
      const code = sysctl.write(pathOf(name), value);
      return code === undefined ? undefined : { code, message: meanings[code] ?? code };
    },
  };
}

const timeoutPrefix = 'timeout ';
const isTimeout = (name: SettingName): boolean => name.startsWith(timeoutPrefix);
const timeoutOf = (name: SettingName): keyof Timeouts =>
  timeoutNames.find((each) => name === `${timeoutPrefix}${each}`) ?? 'tcp';

/** Below /proc/sys; the names of IPVS have no dots of their own. */
const pathOf = (name: SettingName): string => name.replaceAll('.', '/');
