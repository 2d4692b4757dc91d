// What is told of services where the kernel has the table: metrics, judged by a real Prometheus, for which kernels without IPVS
// have no numbers (metrics.net.test.ts has the others), health endpoints, and FIFOs beside keepalived's, whose file our daemon
// runs as `convert` makes it: the same servers come and go for both, from the start to the stop.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';
import { dashboardExpressions, ofTheTable, type Prometheus, startPrometheus } from './prometheus.ts';

const vip = '10.9.9.9';
const limit = { timeoutMs: 15_000 };

let lab: Lab;
let servers: Host;
let ours: Host;
let director: Director;
let prometheus: Prometheus;

const reals = 'real: [10.7.0.11:8080 masq, 10.7.0.12:8080 masq]';

/** The scheduler of the last service came after the kernels of labs: they refuse it. */
const config = `director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 1s}
metrics: {listen: "127.0.0.1:9650"}
checkinterval: 1s
checktimeout: 1s
virtual:
  - {address: "${vip}:80", checktype: connect, quorum: 2, fallback: 10.7.0.99:8080 masq, ${reals}}
  - {address: "${vip}:81", checktype: connect, ${reals}}
  - {address: "${vip}:53", scheduler: twos, checktype: on, real: 10.7.0.11:53 gate}
`;

async function serverComes(address: string): Promise<void> {
  await startNginx(lab, servers, { listen: [`${address}:8080`], body: 'x' });
}
const get = async (path: string) => {
  const line = ['curl', '-sS', '-m', '20', '-H', 'Accept: text/plain', `http://127.0.0.1:9650${path}`];
  return (await ours.run(...line)).trim();
};
const fires = (alert: string) =>
  waitUntil(async () => (await prometheus.firing()).has(alert), { ...limit, what: `${alert} fires` });

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  servers = await hostOn(lab, lan, 'web', '10.7.0.11/24', '10.7.0.12/24');
  ours = await hostOn(lab, lan, 'lvs1', '10.7.0.2/24', `${vip}/32`);
  await servers.run('ip', 'route', 'add', `${vip}/32`, 'via', '10.7.0.2');
  director = startDirector(lab, ours, { config });
  await director.waitFor('daemon.ready', undefined, limit);
  prometheus = await startPrometheus(lab, ours, ['127.0.0.1:9650']);
});
afterAll(() => lab?.dispose());

describe('a director with a table', () => {
  it('is ready, serves no service yet, and has the alerts of a fallback and of a refusal', async () => {
    expect(await get('/readyz')).toMatch(/^yes/);
    expect(await get(`/service/${vip}:80`)).toMatch(/^no/);
    await fires('LvsServiceOnFallback');
    await fires('LvsTableRefused');
    expect(await director.waitFor('ipvs.failed')).toMatchObject({ code: 'ENOENT' });
  });

  it('says yes for a service that its servers serve, and counts what they are given', async () => {
    await serverComes('10.7.0.11');
    await serverComes('10.7.0.12');
    await waitUntil(async () => /^yes/.test(await get(`/service/${vip}:80`)), { ...limit, what: 'a yes' });
    const metric = `lvs_director_server_connections_total{service=~".*:80"}`;
    await waitUntil(
      async () => {
        await ours.attempt('curl', '-s', '-m', '5', `http://${vip}/`);
        return (await prometheus.ask(`sum(${metric}) > 3`)).length > 0;
      },
      { ...limit, what: 'the connections are counted' },
    );
  });

  it('has an answer for every expression of the dashboard that asks for the table', async () => {
    const expressions = dashboardExpressions().filter((expr) => ofTheTable.test(expr));
    expect(expressions.length).toBeGreaterThanOrEqual(5);
    // In one question: each costs seconds here.
    const numbered = expressions.map((expr, n) => `label_replace(count(${expr}), "n", "${n}", "", "")`);
    const silent = async () => {
      const answers = await prometheus.ask(numbered.join(' or '));
      return expressions.filter((_, n) => answers.every(({ metric }) => metric.n !== `${n}`));
    };
    await waitUntil(async () => (await silent()).length === 0, {
      ...limit,
      what: 'each has an answer',
    }).catch(() => undefined);
    expect(await silent()).toEqual([]);
  });

  it('has the alert of somebody who changes the table', async () => {
    expect(await prometheus.firing()).not.toContain('LvsTableChangedByOthers');
    await ours.run('ipvsadm', '-D', '-t', `${vip}:81`);
    await director.waitFor('ipvs.drift', undefined, limit);
    await fires('LvsTableChangedByOthers');
    expect(await prometheus.firing()).not.toContain('LvsServiceOnFallback');
  });
});
