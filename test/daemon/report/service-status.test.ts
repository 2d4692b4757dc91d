// What status shows of a server is read where the kernel's table has it, whatever port it is configured with.

import { expect, it } from 'vitest';
import { type ServiceParts, serviceStatuses } from '../../../src/daemon/report/service-status.ts';
import { formatServiceId } from '../../../src/model/ipvs.ts';
import { aDestination, aService } from '../../make/a-destination.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { createFakeHealth, createFakeReconcile } from '../../make/fake-parts.ts';
import { destinationNamed } from '../../make/names.ts';

const ignore = () => {};
/** Its check goes to port 8080; the table has it at the service's port, as its packets come unchanged. */
const virtual = aVirtual({ reals: [aReal({ port: 8080, forward: 'gate' })] });
const service = formatServiceId(virtual.id);
const counters = { activeConnections: 7, inactiveConnections: 2, persistentClients: 0, connections: 9 };

function parts(): ServiceParts {
  const health = createFakeHealth(ignore);
  health.configure([virtual]);
  const destinations = [{ ...aDestination({ port: 80, weight: 5 }), counters }];
  const drained = { since: 0, by: 'operator', connections: counters } as const;
  return {
    health: health.status(),
    reconcile: {
      ...createFakeReconcile(ignore).status(),
      observed: [{ service: aService(), destinations }],
      leaving: [{ service, real: destinationNamed('192.168.6.2:80'), ...drained }],
    },
    quorumOf: () => undefined,
    weightFactsOf: () => ({}),
  };
}

it('shows the weight, the connections and the draining of a gate server that is configured with another port', () => {
  expect(serviceStatuses([virtual], parts(), 1_000_000)[0]?.reals).toMatchObject([
    {
      ...{ real: '192.168.6.2:8080', weight: 5, activeConnections: 7, inactiveConnections: 2 },
      draining: { real: '192.168.6.2:80', forMs: 1000, activeConnections: 7 },
    },
  ]);
});
