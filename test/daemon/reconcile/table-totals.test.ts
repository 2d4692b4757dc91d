import { expect, it } from 'vitest';
import { createTableCounts } from '../../../src/daemon/reconcile/table-totals.ts';
import type { Operation } from '../../../src/model/ipvs.ts';
import { aService } from '../../make/a-destination.ts';

const operation: Operation = { type: 'addService', service: aService() };
const error = { code: 'EINVAL', message: 'no' };

it('counts what the kernel took by kind, and what it refused, but not what others overtook', () => {
  const counts = createTableCounts();
  counts.sent([
    { result: 'applied', operation },
    { result: 'applied', operation: { type: 'deleteService', service: aService() } },
    { result: 'failed', operation, error },
    { result: 'impossible', operation, error },
    { result: 'overtaken', operation, error },
  ]);
  counts.sent([{ result: 'applied', operation }]);
  counts.passed(2_000_000);
  const { operations, refused, passes } = counts.read();
  expect(operations).toMatchObject({ addService: 2, deleteService: 1, editService: 0 });
  expect([refused, passes.count, passes.sumSec]).toEqual([2, 1, 2]);
});
