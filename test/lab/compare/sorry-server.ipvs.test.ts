// A sorry server as keepalived has it in the table, and ours by what `convert` makes of the same file: with and without
// sorry_server_inhibit and inhibit_on_failure, from a start with all servers, one without any, and as they go and come.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived, startNginx } from '../harness/programs.ts';

const reals = ['10.7.0.11', '10.7.0.12'] as const;
const sorry = '10.7.0.99:8080';
const kinds = {
  80: '',
  81: 'sorry_server_inhibit',
  82: '',
  83: 'sorry_server_inhibit',
} as const;
/** Whether a server that is down stays there with weight 0. */
const inhibits = (port: string) => Number(port) >= 82;

const text = `
global_defs {
  script_user root
}
${Object.entries(kinds)
  .map(
    ([port, more]) => `
virtual_server 10.9.9.9 ${port} {
  delay_loop 1
  protocol TCP
  lb_algo wlc
  lb_kind NAT
  sorry_server ${sorry.replace(':', ' ')}
  ${more}
${reals
  .map(
    (address) => `  real_server ${address} 8080 {
    weight 3
    ${inhibits(port) ? 'inhibit_on_failure' : ''}
    TCP_CHECK {
      connect_timeout 2
      retry 0
    }
  }`,
  )
  .join('\n')}
}`,
  )
  .join('\n')}
`;

let lab: Lab;
let servers: Host;
let theirs: Host;
let ours: Host;
const web = new Map<string, Running>();

const linesOf = async (host: Host) => (await host.run('ipvsadm', '-Sn')).split('\n').sort();

/** That both come to the same table, in which each service is served by these. */
async function agreed(serving: readonly string[]): Promise<void> {
  const wanted = serving.length === 0 ? [sorry] : serving.map((address) => `${address}:8080`);
  const isServed = (lines: readonly string[]) =>
    Object.keys(kinds).every((port) => {
      const line = new RegExp(`^-a -t 10\\.9\\.9\\.9:${port} -r (\\S+) -m -w [13]$`);
      const found = lines.flatMap((each) => line.exec(each)?.[1] ?? []);
      return found.join() === wanted.toSorted().join();
    });
  const tables = async () => Promise.all([linesOf(theirs), linesOf(ours)]);
  await waitUntil(async () => (await tables()).every(isServed), {
    what: `both serve by ${wanted}`,
    timeoutMs: 20_000,
  });
  await expect.poll(async () => linesOf(ours)).toEqual(await linesOf(theirs));
}

async function come(address: string): Promise<void> {
  web.set(address, await startNginx(lab, servers, { listen: [`${address}:8080`], body: 'x' }));
}
async function go(address: string): Promise<void> {
  const running = web.get(address);
  running?.signal('SIGTERM');
  await running?.exited;
}

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  servers = await hostOn(lab, lan, 'web', ...reals.map((address) => `${address}/24`));
  theirs = await hostOn(lab, lan, 'ka', '10.7.0.1/24');
  ours = await hostOn(lab, lan, 'lvs1', '10.7.0.2/24');
  for (const address of reals) await come(address);
  const file = join(lab.directory('converted'), 'keepalived.conf');
  writeFileSync(file, text);
  const converted = await ours.run(process.execPath, daemonMain, 'convert', '--strict', file);
  startKeepalived(lab, theirs, text);
  startDirector(lab, ours, {
    config: `director: {control_socket: $CONTROL, state_dir: $STATE}\n${converted}`,
  });
});
afterAll(() => lab?.dispose());

describe('a sorry server is in the table as keepalived has it', () => {
  it('while all servers serve, and one', async () => {
    await agreed(reals);
    await go(reals[0]);
    await agreed([reals[1]]);
  });
  it('when none does, and after one is back, and all', async () => {
    await go(reals[1]);
    await agreed([]);
    await come(reals[0]);
    await agreed([reals[0]]);
    await come(reals[1]);
    await agreed(reals);
  });
  it('when none does again, which it has served before', async () => {
    for (const address of reals) await go(address);
    await agreed([]);
    await come(reals[1]);
    await agreed([reals[1]]);
  });
});
