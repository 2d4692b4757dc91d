// What the running kernel is and was built with: its release, and its configuration where the system keeps it.
import { readFileSync } from 'node:fs';
import { arch, endianness } from 'node:os';
import { gunzipSync } from 'node:zlib';

export type KernelBuild = {
  /** "6.1.0-13-amd64" */
  readonly release: string;
  readonly is64Bit: boolean;
  readonly isLittleEndian: boolean;
  /** "12" for CONFIG_IP_VS_MH_TAB_INDEX=12; undefined where it is not set, or no configuration is kept here. */
  readonly option: (name: string) => string | undefined;
};

const narrow = ['arm', 'ia32', 'mips', 'mipsel'];

export function readKernelBuild(): KernelBuild {
  const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  const text = configText(release);
  return {
    release,
    is64Bit: !narrow.includes(arch()),
    isLittleEndian: endianness() === 'LE',
    option: (name) => new RegExp(`^CONFIG_${name}=(.*)$`, 'm').exec(text)?.[1],
  };
}

function configText(release: string): string {
  const sources = [
    () => gunzipSync(readFileSync('/proc/config.gz')).toString('latin1'),
    () => readFileSync(`/boot/config-${release}`, 'latin1'),
    () => readFileSync(`/lib/modules/${release}/config`, 'latin1'),
  ];
  for (const read of sources) {
    try {
      return read();
    } catch {
      // Kept elsewhere, or nowhere.
    }
  }
  return '';
}
