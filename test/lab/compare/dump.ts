// keepalived's own dump of a file that it was given (-d), in a namespace that is made for it: the only way to learn what it
// made of the file. Its checkers dump only what IPVS took: where this kernel has none, strace answers the one question
// that they ask of it (IP_VS_SO_GET_INFO), and the dump goes on.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lab } from '../harness/namespaces.ts';
import { type Running, start } from '../harness/process.ts';

/** A line of the dump and those that are set in further behind it. */
export type Dumped = { readonly text: string; readonly below: readonly Dumped[] };
export type Dump = {
  /** By the title of the section: "VRRP Topology". */
  readonly sections: ReadonlyMap<string, readonly Dumped[]>;
  /** What it said of the file. */
  readonly log: readonly string[];
};

const has = (program: string, option: string) =>
  spawnSync(program, [option], { stdio: 'ignore' }).status === 0;
const hasIpvs = existsSync('/proc/net/ip_vs');
export const hasKeepalived = has('keepalived', '--version');
/** Whether the checkers can be asked. */
export const canAskCheckers = hasKeepalived && (hasIpvs || has('strace', '--version'));

const answered = ['strace', '--seccomp-bpf', '-f', '-o', '/dev/null', '-e', 'trace=getsockopt', '-e'].concat(
  'inject=getsockopt:retval=0',
);

export type Asked = {
  readonly file: string;
  readonly part: 'vrrp' | 'checkers';
  readonly asksIpvs: boolean;
  readonly id?: string;
};

const nothing = /no configuration to run|Stopped Keepalived|include a full copy of your keepalived/;
const lastSections = { vrrp: /------< Interfaces >------/, checkers: /------< Health checkers >------/ };
const firstSteps = { vrrp: /VRRP sockpool|Entering \w+ STATE/, checkers: /Activating BFD heal/ };

/** Ended as soon as it has read the file: nothing that the file names is to be run for long. */
export async function dumpOf(
  lab: Lab,
  host: Host,
  { file, part, asksIpvs, id = 'main' }: Asked,
): Promise<Dump> {
  const folder = lab.directory(part);
  const command = commandOf({ file, part, asksIpvs, id }, folder);
  const running = host.start(command, { environment: { LC_ALL: 'C' } });
  await untilDumped(running, part);
  // strace would end at once, and pass no signal on.
  process.kill(Number(readFileSync(join(folder, 'main'), 'utf8')), 'SIGTERM');
  await running.exited;
  return readDump(running.lines());
}

const commandOf = ({ file, part, asksIpvs, id = 'main' }: Asked, folder: string): readonly string[] => {
  const pids = ['-p', 'main', '-c', 'checkers', '-r', 'vrrp'].map((word) =>
    word.startsWith('-') ? word : join(folder, word),
  );
  const only = part === 'vrrp' ? '-P' : '-C';
  const keepalived = ['keepalived', '-n', '-d', '-l', '-D', only, '-i', id, ...pids, '-f', file];
  const prefix = asksIpvs && !hasIpvs ? answered : [];
  return [...prefix, ...keepalived];
};

async function untilDumped(running: Running, part: Asked['part']): Promise<void> {
  await running.waitFor(/Startup complete|no configuration to run|Stopped Keepalived/);
  if (running.lines().some((line) => nothing.test(line))) return;
  // What it does after the dump; where it does nothing, the dump was long over.
  const last = await running
    .waitFor(lastSections[part], { timeoutMs: 2000 })
    .then(running.lineCount, running.lineCount);
  await running.waitFor(firstSteps[part], { after: last, timeoutMs: 2000 }).catch(() => undefined);
}

// Whatever ends the test, a SIGKILL too: the kernel ends unshare then, with it the first process of the PID namespace, and so
// keepalived, strace and what they began, and the network namespace that they stand in.
const endsWithUs = [
  'setpriv',
  '--pdeathsig',
  'KILL',
  'unshare',
  '--net',
  '--pid',
  '--fork',
  '--kill-child',
].concat('--mount-proc');

/** The same in a namespace that ends with it, killed once it has said all: for many files. */
export async function dumpAtOnce(asked: Asked, parent: string, links: readonly string[]): Promise<Dump> {
  const folder = mkdtempSync(join(parent, `${asked.part}-`));
  const script = 'printf %s "$1" | ip -batch - && shift && exec "$@"';
  const running = start(
    [...endsWithUs, 'sh', '-c', script, 'sh', batchOf(links), ...commandOf(asked, folder)],
    {
      environment: { LC_ALL: 'C' },
    },
  );
  const last = asked.part === 'vrrp' ? /------< Interfaces >------/ : /Activating BFD heal/;
  const isOver = (line: string) => last.test(line) || nothing.test(line);
  // What it refuses ends it: then there is no dump.
  await running.waitFor(isOver).catch((error: unknown) => {
    if (!running.ended()) throw error;
  });
  running.signalAll('SIGKILL');
  await running.exited;
  rmSync(folder, { recursive: true });
  return readDump(running.lines());
}

/** A link of each name; veth, as no other kind is everywhere. */
export async function addLinks(host: Host, names: Iterable<string>): Promise<void> {
  await host.run('sh', '-c', 'printf %s "$1" | ip -batch -', 'sh', batchOf([...names]));
}

const batchOf = (names: readonly string[]): string =>
  names
    .flatMap((name, i) => [
      `link add ${name} type veth peer name peer-${i}\n`,
      `link set ${name} up\n`,
      `link set peer-${i} up\n`,
    ])
    .join('');

const time = /^\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}: /;

export function readDump(lines: readonly string[]): Dump {
  const texts = lines.map((line) => line.replace(time, ''));
  const sections = new Map<string, readonly Dumped[]>();
  const start = texts.findIndex((text) => text.startsWith('------<'));
  let title: string | undefined;
  let body: string[] = [];
  const close = () => title !== undefined && sections.set(title, nest(body));
  for (const text of start < 0 ? [] : texts.slice(start)) {
    const found = /^------< (.*) >------$/.exec(text)?.[1];
    if (found !== undefined) {
      close();
      [title, body] = [found, []];
    } else if (text.startsWith(' ')) body.push(text);
  }
  close();
  const log = texts.filter((text) => !text.startsWith(' ') && !text.startsWith('------<'));
  return { sections, log };
}

const depthOf = (text: string): number => text.length - text.trimStart().length;

function nest(lines: readonly string[]): readonly Dumped[] {
  const found: Dumped[] = [];
  for (let i = 0; i < lines.length; i += 1) {
    const text = lines[i] ?? '';
    let end = i + 1;
    while (end < lines.length && depthOf(lines[end] ?? '') > depthOf(text)) end += 1;
    found.push({ text: text.trim(), below: nest(lines.slice(i + 1, end)) });
    i = end - 1;
  }
  return found;
}

/** Of "KEY = VALUE" and "KEY : VALUE" among some lines. */
export function saidOf(lines: readonly Dumped[], key: string): string | undefined {
  const line = lines.find(({ text }) => text.startsWith(`${key} = `) || text.startsWith(`${key} : `));
  return line?.text.slice(key.length + 3).trim();
}

/** What stands below a line that begins so. */
export const belowOf = (lines: readonly Dumped[], start: string): readonly Dumped[] =>
  lines.find(({ text }) => text.startsWith(start))?.below ?? [];
