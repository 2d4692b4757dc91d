// What the kernel's IPVS holds beside its table, over generic netlink: timeouts and sync daemons. Decides nothing.
import { err, ok } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { DirectorKernel } from '../ports/kernel.ts';
import {
  decodeSyncDaemon,
  decodeTimeouts,
  encodeGetSyncDaemons,
  encodeGetTimeouts,
  encodeSetTimeouts,
  encodeStartSyncDaemon,
  encodeStopSyncDaemon,
} from '../wire/ipvs/director.ts';
import { kernelError } from './errno.ts';
import { createIpvsRequests, type IpvsPort } from './ipvs-requests.ts';

/** @param port closed by `close`. */
export function createDirectorKernel(port: IpvsPort, clock: Clock & EventLoop): DirectorKernel {
  const requests = createIpvsRequests(port, clock);
  const change = async (encode: () => Uint8Array) => (await requests.change([encode]))[0];

  return {
    timeouts: async () => {
      const answer = await requests.ask(encodeGetTimeouts());
      if (!answer.ok) return answer;
      const timeouts = answer.value.map(decodeTimeouts).find((each) => each !== undefined);
      return timeouts === undefined ? err(kernelError(74)) : ok(timeouts);
    },
    changeTimeouts: (timeouts) => change(() => encodeSetTimeouts(timeouts)),
    syncDaemons: async () => {
      const answer = await requests.dump(encodeGetSyncDaemons());
      return answer.ok ? ok(answer.value.flatMap((payload) => decodeSyncDaemon(payload) ?? [])) : answer;
    },
    startSyncDaemon: (daemon) => change(() => encodeStartSyncDaemon(daemon)),
    stopSyncDaemon: (state) => change(() => encodeStopSyncDaemon(state)),
    close: requests.close,
  };
}
