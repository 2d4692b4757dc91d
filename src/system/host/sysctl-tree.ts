// Whole folders of settings of the kernel, below /proc/sys, of the network namespace that the process is in (sysctl.ts has
// single ones). What may not be read is left out.
import { readdirSync, readFileSync } from 'node:fs';
import { systemSysctl } from './sysctl.ts';

const entries = (folder: string) => {
  try {
    return readdirSync(`/proc/sys/${folder}`, { withFileTypes: true });
  } catch {
    return [];
  }
};

/** Of every file in the folder: "net/ipv4/vs" gives "net/ipv4/vs/conntrack" and the others. */
export const settingsIn = (folder: string): Readonly<Record<string, string>> =>
  valuesOf(entries(folder).flatMap((each) => (each.isFile() ? [`${folder}/${each.name}`] : [])));

/** Of each device that has a folder there: "net/ipv4/conf" with rp_filter gives "net/ipv4/conf/eth0/rp_filter". */
export const settingsOfDevices = (
  folder: string,
  names: readonly string[],
): Readonly<Record<string, string>> =>
  valuesOf(entries(folder).flatMap((each) => names.map((name) => `${folder}/${each.name}/${name}`)));

export const valuesOf = (keys: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value = systemSysctl.read(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );

/** Of a file of /proc; nothing where there is none. */
export function contentOfProc(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
