// Programs on this host that set what a director sets, an IPVS table and virtual addresses: keepalived and ldirectord. By
// /proc (proc(5)), so that it holds however they were started; those of other network name spaces are no rivals.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';

export type Rival = { readonly program: string; readonly pid: number };

const programs: ReadonlySet<string> = new Set(['keepalived', 'ldirectord']);
const portion = 64;

/** One of each program: the first of its processes. @param proc where to look, /proc @param wanted their names */
export async function findRivals(proc = '/proc', wanted = programs): Promise<readonly Rival[]> {
  const network = await networkOf(proc, 'self');
  const names = await readdir(proc).catch(() => []);
  const pids = names
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
  const found = new Map<string, Rival>();
  for (let at = 0; at < pids.length; at += portion) {
    const looked = await Promise.all(
      pids.slice(at, at + portion).map((pid) => look(proc, pid, { network, wanted })),
    );
    for (const rival of looked) {
      if (rival !== undefined && !found.has(rival.program)) found.set(rival.program, rival);
    }
  }
  return [...found.values()];
}

type Sought = { readonly network: string | undefined; readonly wanted: ReadonlySet<string> };

async function look(proc: string, pid: number, { network, wanted }: Sought): Promise<Rival | undefined> {
  const program = programOf(await readFile(`${proc}/${pid}/cmdline`, 'latin1').catch(() => ''), wanted);
  if (program === undefined || (await networkOf(proc, String(pid))) !== network) return undefined;
  return { program, pid };
}

/** ldirectord is a script, which perl runs, unless it has given itself a name: "ldirectord tcp:192.168.6.240:80". */
export function programOf(commandLine: string, wanted = programs): string | undefined {
  const [first = '', ...words] = commandLine.split(/[\0 ]/);
  const script = /^perl[\d.]*$/.test(basename(first))
    ? words.find((word) => !word.startsWith('-'))
    : undefined;
  const name = basename(script ?? first).replace(/:$/, '');
  return wanted.has(name) ? name : undefined;
}

/**
 * The network name space of a process, by the inode of a file that each has for itself: the link below ns/ may be read only
 * by whoever has all the capabilities of that process.
 */
const networkOf = (proc: string, process: string): Promise<string | undefined> =>
  stat(`${proc}/${process}/net/dev`).then(
    ({ ino }) => String(ino),
    () => undefined,
  );
