// Every command by name, loaded only when it is asked for: `status` should not pay for what `run` needs.
import { shown } from '../net/shown.ts';
import type { Command, ExitCode, Io } from './command-line.ts';

type Entry = {
  readonly usage: string;
  readonly summary: string;
  /** Lines that only the command's own help shows. */
  readonly details?: readonly string[];
  readonly load: () => Promise<Command>;
};

const commands: Readonly<Record<string, Entry>> = {
  run: {
    usage: 'run [-c FILE] [--director NAME]',
    summary: 'run the daemon in the foreground',
    load: async () => (await import('./run.ts')).runDaemon,
  },
  check: {
    usage: 'check [-c FILE] [--director NAME] [--json | --schema]',
    summary: 'read a config and say everything that is wrong with it',
    load: async () => (await import('./check.ts')).runCheck,
  },
  plan: {
    usage: 'plan [-c FILE] [--director NAME] [--socket PATH] [--json] [--detailed-exitcode]',
    summary: 'show what a config would change in the IPVS table',
    details: [
      'verdicts and weights are those of the running daemon; without one every server is taken for up',
      '--detailed-exitcode: 0 nothing to change, 2 something to change, 1 anything that went wrong',
    ],
    load: async () => (await import('./plan.ts')).runPlan,
  },
  convert: {
    usage: 'convert FILE [--from FORMAT] [--id NAME] [--director NAME]',
    summary: 'turn an old config, or the output of ipvsadm -Sn, into YAML',
    load: async () => (await import('./convert.ts')).runConvert,
  },
  ipvs: {
    usage: 'ipvs list [--stats | --rate | …] [--json] | ipvs save',
    summary: "show what the kernel's IPVS holds, in ipvsadm's layout",
    details: [
      'list: the table, or of it --stats, --rate (of both --exact), --thresholds, --persistent, --tun-info;',
      '      --service SERVICE (tcp 192.168.6.240:80), --nosort;',
      '      --connections (-c; with --persistent what engines go by), --timeout, --daemon; --json of each',
      'save: the table as ipvsadm -R reads it',
    ],
    load: async () => (await import('./ipvs.ts')).runIpvs,
  },
  status: {
    usage: 'status [-c FILE] [--socket PATH] [--json]',
    summary: 'show virtual routers, services and real servers',
    load: async () => (await import('./status.ts')).runStatus,
  },
  why: {
    usage: 'why REAL|SERVICE|ROUTER [-c FILE] [--socket PATH] [--json]',
    summary: 'why a real server, a service or a virtual router is as it is',
    load: async () => (await import('./why.ts')).runWhy,
  },
  where: {
    usage: "where 'CLIENT:PORT -> ADDRESS:PORT/tcp' [-c FILE] [--json]",
    summary: 'which server the kernel would choose for a client now, and why',
    details: [
      "where '203.0.113.5:40000 -> 192.168.6.240:80/tcp'; the quotes keep the arrow from the shell, or leave it out",
      "where 203.0.113.5 fwmark 7; where '[2001:db8::5]:40000 -> [2001:db8::240]:53/udp'",
      'exit 1 where nobody takes the packet',
    ],
    load: async () => (await import('./where.ts')).runWhere,
  },
  drain: {
    usage: 'drain REAL [--timeout TIME] [--service SERVICE] [-c FILE] [--socket PATH]',
    summary: 'no new connections to a real server, until enable; with a time, out of the table after it',
    load: async () => (await import('./operate.ts')).runDrain,
  },
  disable: {
    usage: 'disable REAL [--service SERVICE] [-c FILE] [--socket PATH]',
    summary: 'take a real server out of the table, until enable',
    load: async () => (await import('./operate.ts')).runDisable,
  },
  enable: {
    usage: 'enable REAL [--service SERVICE] [-c FILE] [--socket PATH]',
    summary: 'take back what was said of a real server',
    load: async () => (await import('./operate.ts')).runEnable,
  },
  weight: {
    usage: 'weight REAL WEIGHT [--service SERVICE] [-c FILE] [--socket PATH]',
    summary: 'another weight for a real server, until enable',
    load: async () => (await import('./operate.ts')).runWeight,
  },
  reload: {
    usage: 'reload [--empty] [-c FILE] [--socket PATH]',
    summary: 'read the config again; a bad one changes nothing',
    details: [
      '--empty: also one that takes away all services, all their servers or all virtual routers,',
      '         or whose end is missing',
    ],
    load: async () => (await import('./reload.ts')).runReload,
  },
  failover: {
    usage: 'failover [INSTANCE] [-c FILE] [--socket PATH]',
    summary: 'hand the active role to the peer now',
    load: async () => (await import('./failover.ts')).runFailover,
  },
};

/** Processes that `run` itself starts. */
const hidden: Readonly<Record<string, Entry['load']>> = {
  'vrrp-process': async () => (await import('./vrrp-process.ts')).runVrrpProcess,
  'config-process': async () => (await import('./config-process.ts')).runConfigProcess,
};

export async function runCommandLine(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [name = '--help', ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout(usage());
    return 0;
  }
  if (name === '--version') {
    io.stdout(`lvs-director ${(await import('../compose/version.ts')).version}\n`);
    return 0;
  }
  const load = hidden[name] ?? commands[name]?.load;
  if (load === undefined) {
    io.stderr(`Cannot run: expected a known command, got ${shown(name)}\n\n${usage()}`);
    return 2;
  }
  if (commands[name] !== undefined && rest.some((argument) => argument === '--help' || argument === '-h')) {
    const { usage: form, summary, details = [] } = commands[name];
    const lines = [`lvs-director ${form}`, summary, ...details];
    io.stdout(`${lines.join('\n  ')}\n`);
    return 0;
  }
  return (await load())(rest, io);
}

function usage(): string {
  const width = Math.max(...Object.values(commands).map((entry) => entry.usage.length));
  const lines = Object.values(commands).map((entry) => `  ${entry.usage.padEnd(width)}  ${entry.summary}`);
  return `Usage: lvs-director COMMAND\n\n${lines.join('\n')}\n\nExit codes: 0 good, 1 a finding or a failure, 2 bad usage or config.\n`;
}
