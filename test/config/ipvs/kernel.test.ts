import { describe, expect, it } from 'vitest';
import { judgeKernel } from '../../../src/config/ipvs/kernel.ts';
import { ip } from '../../../src/net/ip.ts';
import { realOf, virtualOf } from '../../make/arbitrary-table.ts';

const service = (port: number, scheduler: string, persistenceEngine?: string) => ({
  ...virtualOf({ kind: 'address', protocol: 'udp', address: ip('10.0.0.1'), port }),
  reals: [realOf('10.0.0.2', 80)],
  scheduler,
  ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
  at: { file: 'a.yaml', line: port, column: 5 },
});
const virtuals = [service(80, 'rr'), service(81, 'twos'), service(82, 'rr', 'sip')];

describe('a kernel', () => {
  it('without the module of a scheduler or an engine cannot run that service', () => {
    expect(judgeKernel({ virtuals }, new Set(['ip_vs', 'ip_vs_rr']))).toEqual([
      {
        severity: 'error',
        at: virtuals[1]?.at,
        message: 'Cannot schedule: expected a kernel with module ip_vs_twos, got twos',
      },
      {
        severity: 'error',
        at: virtuals[2]?.at,
        message: 'Cannot keep clients: expected a kernel with module ip_vs_pe_sip, got sip',
      },
    ]);
  });

  it('is not judged where it has no IPVS at all, or its modules cannot be told', () => {
    expect(judgeKernel({ virtuals }, new Set(['ip_tables']))).toEqual([]);
    expect(judgeKernel({ virtuals }, undefined)).toEqual([]);
    expect(judgeKernel({ virtuals: virtuals.slice(0, 1) }, new Set(['ip_vs', 'ip_vs_rr']))).toEqual([]);
  });
});
