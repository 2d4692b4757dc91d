// Every command: what is written after its name, what its help says, and the file that runs it, which is loaded only when
// it is asked for: `status` should not pay for what `run` needs. The usage, each --help and the reading of the command
// line come from this table.
import type { Command } from './command-line.ts';

const config = { type: 'string', short: 'c', usage: '-c FILE' } as const;
const director = { type: 'string', usage: '--director NAME' } as const;
const socket = { type: 'string', usage: '--socket PATH' } as const;
const json = { type: 'boolean', usage: '--json' } as const;
const unshown = { string: { type: 'string' }, boolean: { type: 'boolean' } } as const;
const since = { type: 'string', usage: '--since TIME' } as const;
const file = { type: 'string', usage: '--file LOG', multiple: true } as const;
const numeric = { type: 'boolean', short: 'n' } as const;

/** Of both set-ups. */
const ofSetUp = {
  ...{ config, director },
  vip: { type: 'string', usage: '--vip ADDRESS[:PORT],…' },
  real: { type: 'string', usage: '--real ADDRESS[:PORT],…' },
  firewall: { type: 'string', usage: '--firewall nftables|iptables' },
  undo: { type: 'boolean', usage: '--undo | --check' },
  check: unshown.boolean,
} as const;

/** What a command takes that reads the config, or asks the running daemon. */
const ofConfig = { config, director };
const ofDaemon = { config, socket, director: unshown.string };
const ofServer = { service: { type: 'string', usage: '--service SERVICE' }, ...ofDaemon } as const;

export const commands: Readonly<Record<string, Command>> = {
  run: {
    summary: 'run the daemon in the foreground',
    options: ofConfig,
    load: async () => (await import('./run.ts')).runDaemon,
  },
  check: {
    summary: 'read a config and say everything that is wrong with it',
    options: { ...ofConfig, json: { ...json, usage: '--json | --schema' }, schema: unshown.boolean },
    load: async () => (await import('./check.ts')).runCheck,
  },
  plan: {
    summary: 'show what a config would change in the IPVS table',
    options: {
      ...ofConfig,
      ...{ socket, json },
      'detailed-exitcode': { type: 'boolean', usage: '--detailed-exitcode' },
      all: unshown.boolean,
    },
    details: [
      '--all: with the private services of checks (checkpath: vip)',
      'verdicts and weights are those of the running daemon; without one every server is taken for up',
      '--detailed-exitcode: 0 nothing to change, 2 something to change, 1 anything that went wrong',
    ],
    refusedAs: (argv) => (argv.includes('--detailed-exitcode') ? 1 : 2),
    load: async () => (await import('./plan.ts')).runPlan,
  },
  convert: {
    takes: ['FILE'],
    summary: 'turn an old config, or what ipvsadm saves or is called with, into YAML',
    options: {
      from: { type: 'string', usage: '--from FORMAT' },
      id: { type: 'string', usage: '--id NAME' },
      strict: { type: 'boolean', usage: '--strict' },
      director,
    },
    load: async () => (await import('./convert.ts')).runConvert,
  },
  'ipvs list': {
    summary: "show what the kernel's IPVS holds, in ipvsadm's layout",
    options: {
      stats: { type: 'boolean', usage: '--stats | --rate | …' },
      rate: unshown.boolean,
      thresholds: unshown.boolean,
      persistent: unshown.boolean,
      'persistent-conn': unshown.boolean,
      'tun-info': unshown.boolean,
      connections: { type: 'boolean', short: 'c' },
      timeout: unshown.boolean,
      daemon: unshown.boolean,
      exact: unshown.boolean,
      nosort: unshown.boolean,
      all: unshown.boolean,
      numeric,
      service: unshown.string,
      json,
    },
    details: [
      'the table, or of it --stats, --rate (of both --exact), --thresholds, --persistent, --tun-info;',
      '--service SERVICE (tcp 192.168.6.240:80), --nosort; --all (with the private services of checks);',
      '--connections (-c; with --persistent what engines go by), --timeout, --daemon; --json of each',
    ],
    load: async () => (await import('./ipvs.ts')).runIpvsList,
  },
  'ipvs save': {
    summary: "the kernel's table as ipvsadm -R reads it",
    options: { numeric, all: unshown.boolean },
    details: ['--all: with the private services of checks (checkpath: vip)'],
    load: async () => (await import('./ipvs.ts')).runIpvsSave,
  },
  status: {
    summary: 'show virtual routers, services and real servers',
    options: { ...ofDaemon, json },
    load: async () => (await import('./status.ts')).runStatus,
  },
  monitor: {
    summary: 'a check plug-in of Nagios and its family: OK, WARNING, CRITICAL or UNKNOWN',
    options: {
      about: { type: 'string', usage: '--about ROUTER|SERVICE|REAL' },
      warning: { type: 'string', usage: '--warning RANGE' },
      critical: { type: 'string', usage: '--critical RANGE' },
      timeout: { type: 'string', usage: '--timeout SECONDS' },
      url: { type: 'string', usage: '--url URL' },
      ...ofDaemon,
    },
    details: [
      'RANGE: how many servers of a service may be down (10, 10:, ~:10, 10:20, @10:20); default: a warning where any is',
      '--url http://127.0.0.1:9650: asks the listener, for which no right is needed; --timeout: 10 unless told',
      'exit 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN: bad usage, or no answer from the daemon',
    ],
    refusedAs: () => 3,
    load: async () => (await import('./monitor.ts')).runMonitor,
  },
  names: {
    takes: ['[routers|services|servers]'],
    summary: 'the names that the other commands take, one a line, for completion',
    options: ofDaemon,
    load: async () => (await import('./names.ts')).runNames,
  },
  why: {
    takes: ['REAL|SERVICE|ROUTER'],
    summary: 'why a real server, a service or a virtual router is as it is',
    options: { ...ofDaemon, json },
    load: async () => (await import('./why.ts')).runWhy,
  },
  events: {
    summary: 'what the daemon told of late, also before its last restart',
    options: {
      follow: { type: 'boolean', short: 'f', usage: '--follow' },
      since,
      about: { type: 'string', usage: '--about ROUTER|REAL|SERVICE' },
      level: { type: 'string', usage: '--level LEVEL' },
      ...{ file, json, ...ofDaemon },
    },
    details: [
      'TIME: 90s, 30m, 1h, 2d, or 2026-03-01T14:00:00Z; LEVEL: error, warn, info or debug, and what is more serious',
      '--file LOG reads a log in JSON where no daemon runs; several of them: of both directors, in the order of their clocks',
      '--file - reads standard input; what "journalctl -a -o json" says is such a log too',
      '--json: an object a line, with all fields',
    ],
    load: async () => (await import('./events.ts')).runEvents,
  },
  report: {
    summary: 'which failovers there were, how long and why; servers that fell, drift, reloads',
    options: {
      since,
      file,
      json: { ...json, usage: '--json | --markdown' },
      markdown: unshown.boolean,
      ...ofDaemon,
    },
    details: [
      'TIME: 90s, 30m, 1h, 2d, or 2026-03-01T14:00:00Z',
      '--file LOG reads a log in JSON; several of them: of both directors, whose failovers are then measured on both sides',
      '--file - reads standard input; what "journalctl -a -o json" says is such a log too',
    ],
    load: async () => (await import('./report.ts')).runReport,
  },
  where: {
    takes: ["'CLIENT:PORT -> ADDRESS:PORT/tcp'"],
    wordsMax: 6,
    summary: 'which server the kernel would choose for a client now, and why',
    options: { config, director: unshown.string, json },
    details: [
      "where '203.0.113.5:40000 -> 192.168.6.240:80/tcp'; the quotes keep the arrow from the shell, or leave it out",
      "where 203.0.113.5 fwmark 7; where '[2001:db8::5]:40000 -> [2001:db8::240]:53/udp'",
      'exit 1 where nobody takes the packet',
    ],
    load: async () => (await import('./where.ts')).runWhere,
  },
  realserver: {
    takes: ['dr|tun|nat'],
    summary: 'a script that sets a real server up for the services of the config, or of --vip',
    options: {
      format: { type: 'string', usage: '--format FORM' },
      ...ofSetUp,
      dip: { type: 'string', usage: '--dip ADDRESS' },
      policy: { type: 'boolean', usage: '--policy' },
    },
    details: [
      'FORM: sh (default: until the next boot), systemd-networkd, NetworkManager, ifupdown, netplan,',
      '      windows or freebsd (as text)',
      'realserver dr | ssh web1 sh; realserver dr --undo | ssh web1 sh; realserver dr | ssh web1 sh -s check',
      '--check looks at this machine, and ends with 1 where anything is wrong',
      '--dip: the gateway of nat; --policy: for the answers of the services alone',
    ],
    load: async () => (await import('./realserver.ts')).runRealServer,
  },
  director: {
    takes: ['dr|tun|nat'],
    summary: 'a script that sets a director up around the table: forwarding, redirects, NAT, firewall',
    options: {
      format: { type: 'string', usage: '--format sh|files' },
      ...ofSetUp,
      dip: unshown.string,
      'full-nat': { type: 'boolean', usage: '--full-nat' },
    },
    details: [
      'files: with sysctl.d, modules-load.d and nftables files, so that a boot does it again',
      '--check looks at this machine, and ends with 1 where anything is wrong',
      '--full-nat: the servers see the address of the director, and need no gateway of ours',
    ],
    load: async () => (await import('./director.ts')).runDirector,
  },
  doctor: {
    takes: ['[FILE]'],
    summary: 'what around the table of this director is wrong, what that breaks, and what mends it',
    options: { ...ofServer, probe: { type: 'boolean', usage: '--probe' }, json },
    details: [
      'as root; it changes nothing, and the daemon may run or not; FILE is the config, as with -c',
      '--probe: with a few packets of its own to the hosts of the config, within seconds',
      'exit 1 where anything was found',
    ],
    load: async () => (await import('./doctor.ts')).runDoctor,
  },
  drain: {
    takes: ['REAL'],
    summary: 'no new connections to a real server, until enable; with a time, out of the table after it',
    options: { timeout: { type: 'string', usage: '--timeout TIME' }, ...ofServer },
    load: async () => (await import('./operate.ts')).runDrain,
  },
  disable: {
    takes: ['REAL'],
    summary: 'take a real server out of the table, until enable',
    options: ofServer,
    load: async () => (await import('./operate.ts')).runDisable,
  },
  enable: {
    takes: ['REAL'],
    summary: 'take back what was said of a real server',
    options: ofServer,
    load: async () => (await import('./operate.ts')).runEnable,
  },
  weight: {
    takes: ['REAL', 'WEIGHT'],
    summary: 'another weight for a real server, until enable',
    options: ofServer,
    load: async () => (await import('./operate.ts')).runWeight,
  },
  reload: {
    summary: 'read the config again; a bad one changes nothing',
    options: { empty: { type: 'boolean', usage: '--empty' }, ...ofDaemon },
    details: [
      '--empty: also one that takes away all services, all their servers or all virtual routers,',
      '         or whose end is missing',
    ],
    load: async () => (await import('./reload.ts')).runReload,
  },
  failover: {
    takes: ['[INSTANCE]'],
    summary: 'hand the active role to the peer now',
    options: ofDaemon,
    load: async () => (await import('./failover.ts')).runFailover,
  },
};
