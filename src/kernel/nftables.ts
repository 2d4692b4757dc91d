// Tables of packet filters of our own over nfnetlink. A batch is applied as a whole or not at all; its answer is the
// first error, or the acknowledgement of the last message before its end.
import type { Family, Ip } from '../net/ip.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { FilterKernel, KernelError } from '../ports/kernel.ts';
import {
  decodeAcknowledgement,
  decodeMessages,
  encodeMessage,
  NLM_F_ACK,
  NLM_F_REQUEST,
} from '../wire/netlink.ts';
import { encodeDropTable, encodeNoTable } from '../wire/nftables.ts';
import type { NftMessage } from '../wire/nftables-message.ts';
import { kernelError } from './errno.ts';

const timeoutMs = 5000;

/** @param open a netfilter netlink socket of its own for each batch: there are few. It may throw. */
export function createFilterKernel(open: () => NetlinkPort, clock: Clock & EventLoop): FilterKernel {
  return {
    dropTo: (family: Family, table: string, addresses: readonly Ip[]) =>
      applyBatch(encodeDropTable(family, table, addresses), open, clock),
    dropNothing: (family: Family, table: string) => applyBatch(encodeNoTable(family, table), open, clock),
  };
}

/** @returns the first thing that the kernel refused: then nothing of the batch was done. Throws where `open` does. */
export function applyBatch(
  messages: readonly NftMessage[],
  open: () => NetlinkPort,
  clock: Clock & EventLoop,
): Promise<KernelError | undefined> {
  const port = open();
  const last = messages.length - 1;
  const datagram = messages.map(({ type, flags, payload }, index) =>
    encodeMessage({
      type,
      flags: NLM_F_REQUEST | flags | (index === last - 1 ? NLM_F_ACK : 0),
      sequence: index + 1,
      portId: port.portId,
      payload,
    }),
  );
  return new Promise<KernelError | undefined>((resolve) => {
    const cancel = clock.after(timeoutMs, () => finish({ code: 'ETIMEDOUT', message: 'no answer' }));
    const finish = (outcome: KernelError | undefined) => {
      cancel();
      port.close();
      resolve(outcome);
    };
    port.onReceived((bytes) => {
      for (const message of decodeMessages(bytes) ?? []) {
        const answer = decodeAcknowledgement(message);
        if (answer === undefined) continue;
        if (answer.errno !== 0) return finish(kernelError(answer.errno, answer.message));
        if (message.sequence === last) return finish(undefined);
      }
    });
    port.onError((error) => finish({ code: error.code ?? 'EIO', message: error.message }));
    port.send(Buffer.concat(datagram), (error?: NodeJS.ErrnoException) => {
      if (error !== undefined) finish({ code: error.code ?? 'EIO', message: error.message });
    });
  });
}
