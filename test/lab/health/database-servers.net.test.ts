// SQL checks against MariaDB and PostgreSQL, which `LAB_SERVERS=all scripts/ensure-packages.sh` installs.
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import type { ProbeResult } from '../../../src/model/probe-result.ts';
import { ip } from '../../../src/net/ip.ts';
import { createProbe } from '../../../src/probes/probe-target.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { createLab, type Lab } from '../harness/namespaces.ts';
import type { Running } from '../harness/process.ts';
import { enter } from '../vrrp/inside.ts';
import { directorAndServer } from './real-servers.ts';
import { startMariadb, startPostgres } from './service-servers.ts';

let lab: Lab;
let leave: () => void;
const servers = new Map<string, Running | undefined>();
const addresses = ['10.9.0.2', 'fd09::2'] as const;

beforeAll(async () => {
  lab = createLab();
  const { director, server } = await directorAndServer(lab);
  const [mysql, pgsql] = await Promise.all([startMariadb(lab, server), startPostgres(lab, server)]);
  servers.set('mysql', mysql);
  servers.set('pgsql', pgsql);
  leave = enter(director);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });

function check(
  options: Partial<VirtualConfig>,
  address: string = addresses[0],
  timeoutMs = 5000,
): Promise<ProbeResult> {
  const { target } = checkPlanOf(aVirtual(options), aReal({ address: ip(address), port: 0 })).main;
  return probe(target, AbortSignal.timeout(timeoutMs));
}

function need(context: TestContext, service: string): Running {
  return servers.get(service) ?? context.skip(`no server of ${service} is installed`);
}

const account = { login: 'check', passwd: 'geheim', database: 'shop' };

describe.each([
  ['mysql', 'cannot log in as check: ER_ACCESS_DENIED_ERROR', /ER_DBACCESS_DENIED_ERROR|ER_BAD_DB_ERROR/],
  ['pgsql', 'cannot log in as check: 28P01 password authentication failed', /3D000/],
] as const)('%s', (service, refusal, noDatabase) => {
  it.for(addresses)('over %s is up when the query yields rows', async (address, context) => {
    need(context, service);
    const query = { ...account, service, request: '/SELECT 1 UNION SELECT 2' };
    expect(await check(query, address)).toEqual({ outcome: 'success', detail: '2 row(s)' });
  });
  it('does not mind many checks that end well', async (context) => {
    const running = need(context, service);
    const query = { ...account, service, request: '/SELECT 1' };
    const said = running.lineCount();
    for (let round = 0; round < 20; round++) {
      expect(await check(query)).toMatchObject({ outcome: 'success' });
    }
    // Both would tell of connections that were dropped without a goodbye.
    expect(running.lines().slice(said).join('\n')).not.toMatch(/aborted|unexpected EOF|reset by peer/i);
  });
  it('is down when the query yields none, fails or is none', async (context) => {
    need(context, service);
    const ask = async (request: string) => (await check({ ...account, service, request })).detail;
    expect(await ask('/SELECT name FROM item')).toBe('query SELECT name FROM item: no rows');
    expect(await ask('/SELECT * FROM nowhere')).toMatch(/^cannot query SELECT \* FROM nowhere: /);
    expect(await ask('/SET @x = 1')).toMatch(/query SET @x = 1: /);
  });
  it('is down when it refuses login or database', async (context) => {
    need(context, service);
    const query = { ...account, service, request: '/SELECT 1' };
    expect(await check({ ...query, passwd: 'wrong' })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining(refusal),
    });
    expect(await check({ ...query, database: 'none' })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringMatching(noDatabase),
    });
  });
  it('is down at the deadline when the query takes too long', async (context) => {
    need(context, service);
    const request = service === 'mysql' ? '/SELECT SLEEP(5)' : '/SELECT pg_sleep(5)';
    const query = request.slice(1);
    expect(await check({ ...account, service, request }, addresses[0], 500)).toEqual({
      outcome: 'failure',
      detail: `no answer in time to query ${query}`,
    });
  });
  it('is down when its rows are more than a check takes in', async (context) => {
    need(context, service);
    const request = service === 'mysql' ? "/SELECT REPEAT('x', 300000)" : "/SELECT REPEAT('x', 300000)";
    expect((await check({ ...account, service, request })).detail).toMatch(/an answer of more than 262144/);
  });
});
