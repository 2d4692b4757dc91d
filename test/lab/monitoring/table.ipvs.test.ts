// What is told of services where the kernel has the table: metrics, judged by a real Prometheus, for which kernels without IPVS
// have no numbers (metrics.net.test.ts has the others), health endpoints, and FIFOs beside keepalived's, whose file our daemon
// runs as `convert` makes it: the same servers come and go for both, from the start to the stop.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import {
  type Director,
  daemonMain,
  startDirector,
  startKeepalived,
  startNginx,
} from '../harness/programs.ts';
import { dashboardExpressions, ofTheTable, type Prometheus, startPrometheus } from './prometheus.ts';

const vip = '10.9.9.9';
const limit = { timeoutMs: 15_000 };

let lab: Lab;
let folder: string;
let servers: Host;
let theirs: Host;
let ours: Host;
let director: Director;
let prometheus: Prometheus;

const fifoLines = (who: Host): readonly string[] => {
  const file = join(folder, `${who.name}.out`);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
};

const serviceText = (id: string, more: string) => `
virtual_server ${id} {
  alpha
  delay_loop 1
  protocol TCP
  lb_algo wlc
  lb_kind NAT
  ${more}
${['10.7.0.11', '10.7.0.12']
  .map(
    (address) => `  real_server ${address} 8080 {
    weight 1
    TCP_CHECK {
      connect_timeout 2
      retry 0
    }
  }`,
  )
  .join('\n')}
}`;

function keepalivedConf({ name }: Host): string {
  const at = (what: string) => join(folder, `${name}.${what}`);
  // keepalived asks it to end before the last lines come.
  const reader = `#!/bin/sh\ntrap '' TERM\nwhile IFS= read -r line; do echo "$line" >> "$1"; done < "$2"\n`;
  writeFileSync(at('reader'), reader, { mode: 0o755 });
  return `
global_defs {
  script_user root
  lvs_notify_fifo ${at('fifo')} root
  lvs_notify_fifo_script "${at('reader')} ${at('out')}"
}
${serviceText(`${vip} 80`, 'omega\n  quorum 2\n  sorry_server 10.7.0.99 8080')}
${serviceText(`${vip} 81`, '')}
${serviceText('fwmark 7', '')}
`;
}

/** The scheduler of the last service came after the kernels of labs: they refuse it. */
async function ourConfig(): Promise<string> {
  const file = join(folder, 'keepalived.conf');
  writeFileSync(file, keepalivedConf(ours));
  const text = await ours.run(process.execPath, daemonMain, 'convert', '--strict', file);
  return `director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 1s}
metrics: {listen: "127.0.0.1:9650"}
${text}
  - {address: "${vip}:53", scheduler: twos, checktype: on, real: 10.7.0.11:53 gate}
`;
}

const both = (what: string, fits: (lines: readonly string[]) => boolean) =>
  waitUntil(() => [theirs, ours].every((who) => fits(fifoLines(who))), {
    ...limit,
    what: `both tell ${what}`,
  });
const told = (line: string, times = 1) =>
  both(line, (lines) => lines.filter((each) => each === line).length >= times);

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
  folder = lab.directory('told');
  const lan = await lab.lan('lan');
  servers = await hostOn(lab, lan, 'web', '10.7.0.11/24', '10.7.0.12/24');
  theirs = await hostOn(lab, lan, 'ka', '10.7.0.1/24');
  ours = await hostOn(lab, lan, 'lvs1', '10.7.0.2/24', `${vip}/32`);
  await servers.run('ip', 'route', 'add', `${vip}/32`, 'via', '10.7.0.2');
  startKeepalived(lab, theirs, keepalivedConf(theirs));
  director = startDirector(lab, ours, { config: await ourConfig() });
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
    await told(`VS [${vip}]:tcp:80 UP`);
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
