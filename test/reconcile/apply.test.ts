import { describe, expect, it } from 'vitest';
import type { Operation, ServiceId } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';
import { applyOperations } from '../../src/reconcile/apply.ts';
import { aDestination } from '../make/a-destination.ts';
import { createModelKernel } from '../make/model-kernel.ts';

const id: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const service = { id, scheduler: 'wlc', schedFlags: [], persistencePrefix: 32, ops: false };
const destination = aDestination();
const bad = { ...destination, lowerThreshold: 9 };
const addServer: Operation = { type: 'addDestination', service: id, destination };
const deleteServer: Operation = { type: 'deleteDestination', service: id, destination };

describe('applyOperations', () => {
  it('takes no refusal for success, not even that of deleting what is gone already', async () => {
    const kernel = createModelKernel([{ service, destinations: [] }]);
    const outcomes = await applyOperations(kernel, [deleteServer, addServer, addServer]);
    expect(outcomes.map(({ result }) => result)).toEqual(['overtaken', 'applied', 'failed']);
    expect(outcomes.map((outcome) => ('error' in outcome ? outcome.error.code : ''))).toEqual([
      'ENOENT',
      '',
      'EEXIST',
    ]);
  });

  it('tells servers that only lack their service from refusals of their own', async () => {
    const kernel = createModelKernel();
    const unknown: Operation = { type: 'addService', service: { ...service, scheduler: 'nonesuch' } };
    const outcomes = await applyOperations(kernel, [unknown, addServer]);
    expect(outcomes.map(({ result }) => result)).toEqual(['failed', 'impossible']);
  });

  it('tells what somebody else took away from what the kernel refuses', async () => {
    const kernel = createModelKernel([{ service, destinations: [] }]);
    const editServer: Operation = { ...addServer, type: 'editDestination', before: destination };
    const unknown = { ...service, scheduler: 'nonesuch' };
    const editService: Operation = { type: 'editService', service: unknown, before: service };
    const there = await applyOperations(kernel, [
      editServer,
      editService,
      { ...addServer, destination: bad },
    ]);
    expect(there.map(({ result }) => result)).toEqual(['overtaken', 'failed', 'failed']);
    kernel.flush();
    const gone = await applyOperations(kernel, [editService, addServer, { type: 'deleteService', service }]);
    expect(gone.map(({ result }) => result)).toEqual(['overtaken', 'overtaken', 'overtaken']);
  });

  it('asks nothing of the kernel where there is nothing to do', async () => {
    const kernel = createModelKernel();
    expect(await applyOperations(kernel, [])).toEqual([]);
    expect(kernel.calls.batches).toEqual([]);
  });
});
