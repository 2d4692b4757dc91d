// The tables of firewall marks in the real kernel: what is written is read back, in one step, and only there.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMarkKernel } from '../../../src/kernel/marks.ts';
import { ip } from '../../../src/net/ip.ts';
import { type Mark, markKey } from '../../../src/net/mark.ts';
import type { MarkKernel } from '../../../src/ports/marks.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { inside } from '../vrrp/inside.ts';

let lab: Lab;
let host: Host;
let kernel: MarkKernel;

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('m');
  kernel = createMarkKernel(() => inside(host, () => openNetlinkSocket('netfilter')), systemClock);
});
afterEach(() => lab.dispose());

const web: readonly Mark[] = [
  { protocol: 'tcp', address: ip('10.9.0.9'), port: 80, mark: 1 },
  { protocol: 'udp', address: ip('10.9.0.9'), port: 443, mark: 0xfffffffe },
  { protocol: 'sctp', address: ip('10.9.0.10'), port: 65535, mark: 0x01020304 },
];
const web6: readonly Mark[] = [{ protocol: 'tcp', address: ip('fd00::9'), port: 443, mark: 7 }];

const sorted = (marks: readonly Mark[]) => [...marks].sort((a, b) => markKey(a).localeCompare(markKey(b)));
async function observed(family: 'inet' | 'inet6') {
  const answer = await kernel.observe(family);
  if (!answer.ok) throw new Error(`${answer.error.code} ${answer.error.message}`);
  return typeof answer.value === 'string' ? answer.value : sorted(answer.value);
}

describe('a table of marks', () => {
  it('is not there, is made, replaced, emptied and taken away, for each family by itself', async () => {
    expect(await observed('inet')).toBe('none');
    expect(await kernel.replace('inet', [])).toBeUndefined();
    expect(await kernel.replace('inet', web)).toBeUndefined();
    expect(await kernel.replace('inet6', web6)).toBeUndefined();
    expect(await observed('inet')).toEqual(sorted(web));
    expect(await observed('inet6')).toEqual(web6);
    expect(await kernel.replace('inet', web.slice(1))).toBeUndefined();
    expect(await observed('inet')).toEqual(sorted(web.slice(1)));
    expect(await kernel.replace('inet', [])).toBeUndefined();
    expect(await observed('inet')).toBe('none');
    expect(await observed('inet6')).toEqual(web6);
  });

  it('holds two thousand marks in one step', async () => {
    const many = Array.from({ length: 2048 }, (_, at): Mark => {
      return { protocol: 'tcp', address: ip(`fd00::${(at >> 8) + 1}`), port: 1 + (at & 255), mark: at + 1 };
    });
    expect(await kernel.replace('inet6', many)).toBeUndefined();
    expect(await observed('inet6')).toEqual(sorted(many));
  });

  it('is refused as a whole where the kernel refuses a part: the one before stays', async () => {
    expect(await kernel.replace('inet', web)).toBeUndefined();
    const twice = [...web, { ...(web[0] as Mark), mark: 9 }];
    expect(await kernel.replace('inet', twice)).toMatchObject({ code: 'EEXIST' });
    expect(await observed('inet')).toEqual(sorted(web));
  });
});
