import { describe, expect, it } from 'vitest';
import type { Destination, Operation, ServiceId } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';
import { explainRefusal } from '../../src/reconcile/explain-refusal.ts';
import { aDestination } from '../make/a-destination.ts';

const id: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const service = { id, scheduler: 'twos', schedFlags: [], persistencePrefix: 32, ops: false };
const server = aDestination();
const add = (destination: Destination): Operation => ({ type: 'addDestination', service: id, destination });
const explain = (operation: Operation, code: string) =>
  explainRefusal(operation, { code, message: 'its words' });

describe('what a refusal means', () => {
  it('is behind the words of the kernel: the module of a scheduler, and the engine', () => {
    expect(explain({ type: 'addService', service }, 'ENOENT')).toBe(
      'its words: the kernel has no scheduler twos (module ip_vs_twos)',
    );
    const sip = { ...service, persistenceEngine: 'sip' };
    expect(explain({ type: 'editService', service: sip, before: service }, 'ENOENT')).toBe(
      'its words: the kernel has no scheduler twos (module ip_vs_twos), or no persistence engine sip',
    );
  });

  it('is what a server lacks: thresholds in order, a family, an address of its own', () => {
    expect(explain(add(server), 'ERANGE')).toBe('its words: a lower threshold above the upper one');
    expect(explain(add(server), 'EINVAL')).toMatch(/a unicast address/);
    expect(explain(add({ ...server, address: ip('fd00::2') }), 'EINVAL')).toMatch(/no sync daemon may run/);
    expect(explain(add(server), 'EEXIST')).toMatch(/somebody else added it/);
  });

  it('is left out where the number says all there is', () => {
    expect(explain({ type: 'addService', service }, 'EPERM')).toBe('its words');
    expect(explain({ type: 'deleteService', service }, 'ENOENT')).toBe('its words');
    expect(explain(add(server), 'ENOMEM')).toBe('its words');
  });
});
