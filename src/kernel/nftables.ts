// Tables of packet filters of our own over nfnetlink. A batch is applied as a whole or not at all; its answer is the
// first error, or the acknowledgement of the last message before its end.
import type { Family, Ip } from '../net/ip.ts';
import { ok } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { FilterKernel, KernelError } from '../ports/kernel.ts';
import {
  decodeAcknowledgement,
  decodeMessages,
  encodeMessage,
  NLM_F_ACK,
  NLM_F_REQUEST,
} from '../wire/netlink/netlink.ts';
import { encodeDropTable, encodeNoTable } from '../wire/nftables/nftables.ts';
import type { NftMessage } from '../wire/nftables/nftables-message.ts';
import { dropTableQuestions, isAsMade, NFNLGRP_NFTABLES, tableOf } from '../wire/nftables/nftables-read.ts';
import { kernelError } from './errno.ts';
import { createNetlinkRequests } from './netlink-requests.ts';

const timeoutMs = 5000;

/** @param open a netfilter netlink socket of its own for each batch, and to watch: there are few. It may throw. */
export function createFilterKernel(open: () => NetlinkPort, clock: Clock & EventLoop): FilterKernel {
  const listeners = new Set<(table: string | undefined) => void>();
  let watched = false;

  async function isDropping(family: Family, table: string, addresses: readonly Ip[]) {
    const requests = createNetlinkRequests(open(), clock);
    try {
      const questions = dropTableQuestions(family, table);
      const [rules, chains] = [await requests.dump(questions.rules), await requests.dump(questions.chains)];
      const failed = [rules, chains].find((answer) => !answer.ok);
      if (failed?.ok === false) return failed.error.code === 'ENOENT' ? ok(false) : failed;
      const [foundRules = [], foundChains = []] = [rules, chains].map((answer) =>
        answer.ok ? answer.value.map(({ payload }) => payload) : [],
      );
      const found = { rules: foundRules, chains: foundChains };
      return ok(isAsMade(encodeDropTable(family, table, addresses), table, found));
    } finally {
      requests.close();
    }
  }

  return {
    dropTo: (family: Family, table: string, addresses: readonly Ip[]) =>
      applyBatch(encodeDropTable(family, table, addresses), open, clock),
    dropNothing: (family: Family, table: string) => applyBatch(encodeNoTable(family, table), open, clock),
    isDropping,
    watch: (listener) => {
      if (!watched) watchTables(open(), listeners);
      watched = true;
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Every change of any table is told to all; of an overflow nobody knows which. */
function watchTables(port: NetlinkPort, listeners: ReadonlySet<(table: string | undefined) => void>): void {
  const tell = (table: string | undefined) => {
    for (const listener of [...listeners]) listener(table);
  };
  port.onReceived((datagram) => {
    for (const { payload } of decodeMessages(datagram) ?? []) tell(tableOf(payload));
  });
  port.onError(() => tell(undefined));
  port.joinGroup(NFNLGRP_NFTABLES);
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
