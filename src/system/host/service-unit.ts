// What the service manager knows of our unit: as whom it runs, and by which command line. A command that root types asks
// this, as root may read what the daemon may not (docs/systemd.md, "The user"). Source: systemctl(1), systemd.exec(5).
import { spawnSync } from 'node:child_process';

export const defaultUnit = 'lvs-director.service';

export type ServiceUnit = {
  readonly user: string;
  /** Beside those that the user has of the host. */
  readonly groups: readonly string[];
  /** Of its command line. */
  readonly words: readonly string[];
};

const answerMsMax = 2000;
const properties = ['LoadState', 'User', 'SupplementaryGroups', 'ExecStart'];

/** @returns undefined where no systemd runs, or it has no such unit. */
export function readServiceUnit(unit = defaultUnit): ServiceUnit | undefined {
  const { status, stdout } = spawnSync('systemctl', ['show', `--property=${properties.join(',')}`, unit], {
    encoding: 'utf8',
    timeout: answerMsMax,
    killSignal: 'SIGKILL',
  });
  return status === 0 ? serviceUnitOf(stdout) : undefined;
}

/** Lines of KEY=VALUE; of the command "{ path=... ; argv[]=PROGRAM WORD ... ; ignore_errors=no ; ... }". */
export function serviceUnitOf(listing: string): ServiceUnit | undefined {
  const propertyOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(listing)?.[1] ?? '';
  if (propertyOf('LoadState') !== 'loaded') return undefined;
  const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
  return {
    user: propertyOf('User') || 'root',
    groups: words(propertyOf('SupplementaryGroups')),
    words: words(/argv\[\]=(.*?) ;/.exec(propertyOf('ExecStart'))?.[1] ?? ''),
  };
}
