// The macvlan of an instance, whatever strangers do to it, in whatever order: it is made again, and never left broken.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../../src/daemon/pace/rate-limit.ts';
import { memoryOf } from '../../../../src/daemon/vrrp/holdings/claim-record.ts';
import { createClaims } from '../../../../src/daemon/vrrp/holdings/claims.ts';
import { createVmac, virtualRouterMac } from '../../../../src/daemon/vrrp/holdings/macvlan.ts';
import type { NetworkView } from '../../../../src/daemon/vrrp/network-view.ts';
import type { VrrpInstanceConfig } from '../../../../src/model/config/router.ts';
import type { Link } from '../../../../src/net/link.ts';
import type { Mac } from '../../../../src/net/mac.ts';
import { err, ok } from '../../../../src/net/result.ts';
import type { NetworkKernel } from '../../../../src/ports/kernel.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';
import { eth0 } from '../../../make/vrrp-host.ts';

const name = 'vrrp.51';
const mac = virtualRouterMac('inet', 51);
const config = { name: 'VI_1', interface: 'eth0', vmac: name, family: 'inet', virtualRouterId: 51 };

/** A kernel in which a macvlan is made, and says of each change only a moment later. */
function createRig() {
  const time = createVirtualTime();
  let kernel: Link | undefined;
  let seen: Link | undefined;
  let index = 10;
  let open = 0;
  const tell = () => {
    const now = kernel;
    time.after(1, () => {
      seen = now;
      vmac.refresh();
    });
  };
  const become = (link: Link | undefined) => {
    kernel = link;
    tell();
  };
  const altered = async (change: Partial<Link>) => {
    if (kernel === undefined) return { code: 'ENODEV', message: 'Device not found' } as const;
    become({ ...kernel, ...change });
    return undefined;
  };
  const network = {
    addMacvlan: async () => {
      if (kernel !== undefined) return { code: 'EEXIST', message: 'exists' };
      index += 1;
      become({ ...eth0, name, index, mac, up: false });
      return undefined;
    },
    setLinkUp: () => altered({ up: true }),
    setLinkMac: (_: string, to: Mac) => altered({ mac: to }),
    removeLink: async () => become(undefined),
  } as unknown as NetworkKernel;
  const view = {
    linkNamed: (wanted: string) => (wanted === name ? seen : eth0),
  } as unknown as NetworkView;
  const emit = () => {};
  const limit = createRateLimit(time);
  const vmac = createVmac(
    config as unknown as VrrpInstanceConfig,
    {
      openVrrpSocket: () => {
        if (kernel?.up !== true) return err({ step: 'bind', code: 'ENODEV' });
        open += 1;
        const close = () => {
          open -= 1;
        };
        return ok({ onError: () => {}, close });
      },
      network,
      view,
      clock: time,
      claims: createClaims({
        sysctl: { read: () => '0', write: () => {} },
        memory: memoryOf(),
        emit,
        limit,
      }),
      emit,
      limit,
      onChanged: () => vmac.refresh(),
    } as unknown as Parameters<typeof createVmac>[1],
  );
  const deeds = {
    'set down': () => void altered({ up: false }),
    'another MAC': () => void altered({ mac: '02:00:00:00:00:99' as Mac }),
    'delete it': () => become(undefined),
    // The kernel sets it down first, and tells both at once.
    'delete it while it is up': () => {
      if (kernel !== undefined) become({ ...kernel, up: false });
      become(undefined);
    },
  };
  return { time, vmac, deeds, kernel: () => kernel, open: () => open };
}

describe('a macvlan', () => {
  it('is made, and made again, after whatever strangers do at whatever times', async () => {
    const names = ['set down', 'another MAC', 'delete it', 'delete it while it is up'] as const;
    const deed = fc.record({ what: fc.constantFrom(...names), afterMs: fc.nat(1000) });
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 8 }), async (deeds) => {
        const rig = createRig();
        rig.vmac.refresh();
        await rig.time.advance(100);
        expect(rig.vmac.fault()).toBeUndefined();
        for (const { what, afterMs } of deeds) {
          await rig.time.advance(afterMs);
          rig.deeds[what]();
        }
        await rig.time.advance(30_000);
        expect(rig.vmac.fault()).toBeUndefined();
        expect(rig.kernel()).toMatchObject({ mac, up: true });
        expect(rig.open()).toBe(1);
      }),
      { numRuns: 300 },
    );
  });
});
