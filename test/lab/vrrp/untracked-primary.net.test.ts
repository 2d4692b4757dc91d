// dont_track_primary: a router alone on its link goes on without a carrier, and without it does not, as keepalived.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';
import { hasAddress } from './station.ts';

let lab: Lab;
let lan: Lan;
let host: Host;

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  host = await hostOn(lab, lan, 'a', '10.9.0.1/24');
});
afterEach(() => lab?.dispose());

const instance = (vrid: number, more: string) => `
vrrp_instance VI_${vrid} {
  interface eth0
  virtual_router_id ${vrid}
  priority 100
  ${more}
  virtual_ipaddress {
    10.9.0.${vrid}/24
  }
}
`;
const file = instance(51, 'dont_track_primary') + instance(52, '');

const held = async () => [await hasAddress(host, '10.9.0.51'), await hasAddress(host, '10.9.0.52')];
const holds = (wanted: readonly boolean[]) =>
  waitUntil(async () => (await held()).join() === wanted.join(), { what: `${wanted}`, timeoutMs: 20_000 });

async function loseCarrier(): Promise<void> {
  await holds([true, true]);
  await lab.carrier(host, lan, false);
  await holds([true, false]);
  // As long as a whole round of adverts, and more.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  expect(await held()).toEqual([true, false]);
  await lab.carrier(host, lan, true);
  await holds([true, true]);
}

describe('dont_track_primary', () => {
  it('keeps the role without a carrier, in keepalived and here', async () => {
    const keepalived = startKeepalived(lab, host, file);
    await loseCarrier();
    await keepalived.stop();
    await holds([false, false]);

    const path = join(lab.directory('old'), 'keepalived.conf');
    writeFileSync(path, file);
    const converted = await host.run(process.execPath, daemonMain, 'convert', '--strict', path);
    const ours = startDirector(lab, host, {
      config: `director: {control_socket: $CONTROL, state_dir: $STATE}\n${converted}`,
    });
    await loseCarrier();
    const moved = ours
      .events()
      .filter(({ event, instance }) => event === 'vrrp.transition' && instance === 'VI_51');
    expect(moved.map(({ to }) => to)).toEqual(['backup', 'active']);
  });
});
