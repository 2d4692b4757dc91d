// What the running daemon is given by the system, and the clock of this host.
import type { Facts, ProcessFact } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';

export const processes: Examination<Facts> = {
  subject: 'limits of the daemon',
  names: ['descriptors-short', 'not-realtime', 'memory-not-locked'],
  examine: ({ daemon, config }) => {
    if (daemon === undefined) return [];
    const found = daemon.processes.flatMap(descriptors);
    const { vrrp } = daemon;
    if (vrrp === undefined) return found;
    const { realtimePriority = 20, lockMemory = true } = config.vrrpProcess ?? {};
    return [
      ...found,
      ...(realtimePriority === 'off' ? [] : realtime(vrrp.pid, vrrp.isRealtime, realtimePriority)),
      ...(lockMemory && !vrrp.isLocked ? [unlocked] : []),
    ];
  },
};

/** A check takes one while it runs. */
function descriptors({ pid, open, most }: ProcessFact): readonly Finding[] {
  if (open < most * 0.8) return [];
  const more = Math.max(4 * most, 65_536);
  return [
    {
      ...{ name: 'descriptors-short', level: 'warning', services: [] },
      what: `process ${pid} has ${open} descriptors open, and may have ${most}`,
      why: 'without one more a check cannot ask, and a server that is well counts as down',
      command: `prlimit --pid ${pid} --nofile=${more}:${more}`,
      advice: 'LimitNOFILE= in the unit, for the next start',
    },
  ];
}

const realtime = (pid: number, isRealtime: boolean, priority: number): readonly Finding[] =>
  isRealtime
    ? []
    : [
        {
          ...{ name: 'not-realtime', level: 'warning', services: [] },
          what: `the VRRP process (${pid}) is not in a real-time class`,
          why: 'on a busy host its adverts come late, and the peer takes the role for nothing',
          command: `chrt -r -p ${quoted(priority)} ${pid}`,
          advice: 'CAP_SYS_NICE for the unit, or vrrp_process: {realtime: off}, if this is meant',
        },
      ];

const unlocked: Finding = {
  ...{ name: 'memory-not-locked', level: 'warning', services: [] },
  what: 'the program of the VRRP process is not kept in memory',
  why: 'while the kernel fetches it from a disk, no advert goes out',
  advice:
    'CAP_IPC_LOCK or LimitMEMLOCK=infinity for the unit, or vrrp_process: {lock_memory: no}, if this is meant',
};

export const clock: Examination<Facts> = {
  subject: 'the clock',
  names: ['clock-not-synchronised'],
  examine: ({ isClockSynchronised }) =>
    isClockSynchronised !== false
      ? []
      : [
          {
            ...{ name: 'clock-not-synchronised', level: 'warning', services: [] },
            what: 'the kernel does not count its clock as synchronised',
            why: 'logs of two directors do not fit together, and checks by TLS may take certificates for outdated',
            command: 'timedatectl set-ntp true',
            advice: 'install chrony or systemd-timesyncd, and let UDP 123 out',
          },
        ],
};
