// A host of the lab with ldirectord's command line, the stock program's and ours, and what OCF's agent makes of either. Both
// keep pid files of the machine, so that every file here has a name of its own; what they leave is removed.
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { instanceOf } from '../../../src/cli/ldirectord/instance.ts';
import { checkoutRoot } from '../harness/checkout.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Output, waitUntil } from '../harness/process.ts';

export const stock = '/usr/sbin/ldirectord';
export const agent = '/usr/lib/ocf/resource.d/heartbeat/ldirectord';
export const hasStock = existsSync(stock);
export const hasAgent = existsSync(agent);

export type Site = {
  readonly lab: Lab;
  readonly host: Host;
  /** Our program, under the name that it is installed with. */
  readonly ours: string;
  /** A file of ldirectord's, whose name no other has, but where one is given. */
  readonly file: (text: string, twin?: { readonly folder: string; readonly name: string }) => string;
  readonly call: (program: string, file: string, verb: string) => Promise<Output>;
  /** The agent's exit status. */
  readonly agent: (program: string, file: string, action: string) => Promise<Output>;
  readonly dispose: () => Promise<void>;
};

let count = 0;

export async function createSite(): Promise<Site> {
  const lab = createLab();
  const host = await lab.host('a');
  const folder = lab.directory('site');
  const ours = join(folder, 'lvs-director-ldirectord');
  const program = join(checkoutRoot, 'dist', 'ldirectord.js');
  chmodSync(program, 0o755);
  symlinkSync(program, ours);
  const files: string[] = [];
  return {
    lab,
    host,
    ours,
    file: (text, twin) => {
      count += 1;
      const file = join(twin?.folder ?? folder, twin?.name ?? `lab-${process.pid}-${count}.cf`);
      writeFileSync(file, text);
      files.push(file);
      return file;
    },
    call: (program, file, verb) => host.attempt(program, file, verb),
    agent: (program, file, action) =>
      host.attempt(
        'env',
        'OCF_ROOT=/usr/lib/ocf',
        'OCF_RESOURCE_INSTANCE=lab',
        'HA_LOGFACILITY=none',
        `OCF_RESKEY_ldirectord=${program}`,
        `OCF_RESKEY_configfile=${file}`,
        agent,
        action,
      ),
    dispose: async () => {
      await host.killAll();
      for (const file of files) forget(file);
      await lab.dispose();
    },
  };
}

export function forget(file: string): void {
  const { pidFile, lock, stateDir } = instanceOf(file, file);
  rmSync(pidFile, { force: true });
  rmSync(dirname(lock), { recursive: true, force: true });
  rmSync(stateDir, { recursive: true, force: true });
}

export const pidFileOf = (file: string): string => `/run/ldirectord.${basename(file)}.pid`;

export function pidOf(file: string): number | undefined {
  const path = pidFileOf(file);
  const pid = existsSync(path) ? Number(readFileSync(path, 'latin1').trim()) : 0;
  return pid > 0 ? pid : undefined;
}

export const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}/cmdline`) && commandOf(pid) !== '';

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
};

/** The stock program comes and goes after its command has ended. */
export const settled = (file: string, runs: boolean): Promise<unknown> =>
  waitUntil(
    () => {
      const pid = pidOf(file);
      return runs ? pid !== undefined && isAlive(pid) : !existsSync(pidFileOf(file));
    },
    { timeoutMs: 30_000, what: `${file} ${runs ? 'runs' : 'has ended'}` },
  );
