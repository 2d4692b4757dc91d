// The hidden command `vrrp-process`: the VRRP process, forked by `run`, on the real ports. It imports only what
// it needs, because a crashed one must be back within an advert interval.
// SIGTERM, SIGINT and SIGHUP reach the whole process group; what they mean is for the main process to say.

import { openOrphanLog } from '../compose/orphan-log.ts';
import { unheardFile } from '../compose/unheard-file.ts';
import { openVrrpPorts } from '../compose/vrrp-ports.ts';
import { startedAtOf, stateDirOf, wishOf } from '../compose/vrrp-process-options.ts';
import { judgeFault } from '../daemon/judge-fault.ts';
import type { FromVrrpProcess, ToVrrpProcess } from '../daemon/vrrp/messages.ts';
import { runInstances } from '../daemon/vrrp/process.ts';
import type { VrrpChannel } from '../daemon/vrrp/vrrp-ports.ts';
import type { JournalEvent } from '../journal/event.ts';
import { faultStatus, takeFaults } from '../system/host/faults.ts';
import { becomeRealtime } from '../system/host/realtime.ts';
import { takeSignals } from '../system/host/signals.ts';
import { inSources } from '../system/host/source-frames.ts';
import { loadBinding } from '../system/libc.ts';
import { closeInherited } from '../system/programs/inherited-descriptors.ts';
import { openParentInbox, type ParentInbox } from '../system/programs/parent-inbox.ts';
import { type AheadOptions, aheadOption } from '../system/programs/vrrp-child.ts';
import { loadNetlink } from '../system/sockets/netlink-socket.ts';
import type { ExitCode, Io } from './command-line.ts';

/** How long the last words may take to leave. */
const flushMsMax = 500;

/** @param given its options; or that they come over the channel, before anything is done (cli/fork-ahead.ts) */
export async function runVrrpProcess(given: readonly string[], io: Io): Promise<ExitCode> {
  if (process.send === undefined) {
    io.stderr('Cannot run vrrp-process: expected the main process to speak to, got none\n');
    return 2;
  }
  takeSignals(() => {});
  const inbox = openParentInbox(process);
  const [first, ...inherited] = given;
  if (first === aheadOption) closeInherited(inherited.map(Number));
  const argv = first === aheadOption ? await optionsFrom(inbox) : given;
  if (argv === undefined) return 0;
  const { channel, flushed } = parentChannel(inbox, stateDirOf(argv));
  takeFaults(({ kind, error }) => {
    const { isOfCheck: _, ...facts } = judgeFault(inSources(error));
    channel.send({
      type: 'event',
      event: { event: 'daemon.fault', process: 'vrrp', kind, ...facts, ends: true },
    });
    void flushed().finally(() => process.exit(faultStatus));
  });
  const { memoryLocked, realtime, nice, detail, advice } = becomeRealtime(wishOf(argv));
  channel.send({
    type: 'event',
    event: {
      event: 'vrrp.process_started',
      pid: process.pid,
      memory_locked: memoryLocked,
      realtime,
      ...(nice !== undefined && { nice }),
      ...(detail !== undefined && { detail }),
      ...(advice !== undefined && { advice }),
    },
  });
  const status = await new Promise<number>((resolve) => {
    const ports = openVrrpPorts(stateDirOf(argv));
    const startedAt = startedAtOf(argv);
    const facts = { pid: process.pid, realtime, memoryLocked, ...(startedAt !== undefined && { startedAt }) };
    runInstances(ports, channel, { exit: resolve, ...facts });
  });
  await flushed();
  process.exit(status);
}

/** @returns undefined where the main process has ended, or needs none. */
function optionsFrom(inbox: ParentInbox): Promise<readonly string[] | undefined> {
  return new Promise((resolve) => {
    const onGone = () => resolve(undefined);
    loadBinding();
    loadNetlink();
    process.once('disconnect', onGone);
    if (!process.connected) onGone();
    void inbox.next().then((message) => {
      process.off('disconnect', onGone);
      resolve((message as AheadOptions).options);
    });
  });
}

/** Once nobody listens, which the process itself says first, its events go to standard error. */
function parentChannel(
  inbox: ParentInbox,
  stateDir: string | undefined,
): {
  readonly channel: VrrpChannel;
  readonly flushed: () => Promise<unknown>;
} {
  const log = openOrphanLog(process.stderr, stateDir === undefined ? undefined : unheardFile(stateDir));
  let lastSent: Promise<unknown> = Promise.resolve();
  let orphaned = false;
  const send = (message: FromVrrpProcess) => {
    orphaned ||= !process.connected || (message.type === 'event' && isOrphaned(message.event));
    if (message.type === 'event') log[orphaned ? 'write' : 'sent'](message.event);
    if (!orphaned)
      lastSent = new Promise((resolve) => process.send?.(message, undefined, undefined, resolve));
  };
  const settled = () => Promise.race([lastSent, new Promise((resolve) => setTimeout(resolve, flushMsMax))]);
  return {
    channel: {
      send,
      onMessage: (listener) =>
        inbox.onMessage((message) => {
          log.heard();
          listener(message as ToVrrpProcess);
        }),
      onClosed: (listener) => void process.once('disconnect', listener),
    },
    flushed: () => (orphaned ? log.close() : settled()),
  };
}

const isOrphaned = ({ event }: JournalEvent): boolean => event === 'vrrp.supervisor_lost';
