// The tables of firewall marks over nfnetlink: read by dumps, replaced by one batch. A socket for each: there is little to
// do, and nothing to do where no service is marked.
import type { Family } from '../net/ip.ts';
import type { Mark } from '../net/mark.ts';
import { err, ok, type Result } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { KernelError } from '../ports/kernel.ts';
import type { MarkKernel } from '../ports/marks.ts';
import { encodeMarkTable, encodeNoMarkTable } from '../wire/nftables/nftables-marks.ts';
import { areMarkRules, decodeMarks, marksQuestions } from '../wire/nftables/nftables-marks-read.ts';
import { createNetlinkRequests, type NetlinkRequests } from './netlink-requests.ts';
import { applyBatch } from './nftables.ts';

/** @param open a netfilter netlink socket. It may throw. */
export function createMarkKernel(open: () => NetlinkPort, clock: Clock & EventLoop): MarkKernel {
  return {
    observe: (family) =>
      guarded(async () => {
        const requests = createNetlinkRequests(open(), clock);
        try {
          return await observe(family, requests);
        } finally {
          requests.close();
        }
      }),
    replace: async (family, marks) => {
      const batch = marks.length === 0 ? encodeNoMarkTable(family) : encodeMarkTable(family, marks);
      const applied = await guarded(async () => {
        const error = await applyBatch(batch, open, clock);
        return error === undefined ? ok(undefined) : err(error);
      });
      return applied.ok ? undefined : applied.error;
    },
  };
}

type Observed = readonly Mark[] | 'none' | 'damaged';

async function observe(family: Family, requests: NetlinkRequests): Promise<Result<Observed, KernelError>> {
  const questions = marksQuestions(family);
  const marks = await requests.dump(questions.marks);
  if (!marks.ok) return marks.error.code === 'ENOENT' ? ok('none') : marks;
  const [rules, chains] = [await requests.dump(questions.rules), await requests.dump(questions.chains)];
  if (!rules.ok) return rules;
  if (!chains.ok) return chains;
  const [entries, ...making] = [marks, rules, chains].map(({ value }) => value.map(({ payload }) => payload));
  const sound = areMarkRules(family, making[0] ?? [], making[1] ?? []);
  return ok((sound ? decodeMarks(entries ?? []) : undefined) ?? 'damaged');
}

/** A kernel without nf_tables refuses the socket, by an exception. */
async function guarded<T>(work: () => Promise<Result<T, KernelError>>): Promise<Result<T, KernelError>> {
  try {
    return await work();
  } catch (error) {
    const { code = 'EIO', message } = error as NodeJS.ErrnoException;
    return err({ code, message });
  }
}
