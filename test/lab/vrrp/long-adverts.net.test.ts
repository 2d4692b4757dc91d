// Adverts so far apart that a hand-over lasts longer than the silence that means death between the two processes: the
// real VRRP process under its real supervisor, and the whole daemon, end in order and leave nothing behind.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { instance } from '../../make/vrrp-instance.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { startDirector } from '../harness/programs.ts';
import { routerConfig, withAdverts } from './router-config.ts';
import { createStation, hasAddress } from './station.ts';

const vip = '10.9.0.100';
/** An owner is active at once. */
const slow = instance({ priority: 255, advertIntervalMs: 4000, vipLeaseSec: 13 });
let lab: Lab;
let host: Host;

beforeEach(async () => {
  lab = createLab();
  host = await hostOn(lab, await lab.lan('lan'), 'a', '10.9.0.1/24');
});
afterEach(() => lab?.dispose());

describe('with 4 s between adverts', () => {
  it.each(['a stop', 'a reload without it'])(
    '%s waits for a successor and then takes the address away',
    async (how) => {
      const station = createStation(lab, host);
      await station.supervisor.start([slow]);
      await station.waitFor('vip.announced');
      await (how === 'a stop' ? station.supervisor.stop() : station.supervisor.reconfigure([]));
      expect(await hasAddress(host, vip)).toBe(false);
      const told = station.events().map(({ event }) => event);
      expect(told).not.toContain('vrrp.process_lost');
      expect((await station.waitFor('vip.removed')).reason).toBe('no_successor');
    },
  );

  it('a process that stands still while it leaves is resigned for, and its address goes', async () => {
    const station = createStation(lab, host);
    await station.supervisor.start([slow]);
    await station.waitFor('vip.announced');
    const stopped = station.supervisor.stop();
    await station.waitFor('vrrp.transition', ({ to }) => to === 'leaving');
    process.kill(station.pid(), 'SIGSTOP');
    await stopped;
    expect(await hasAddress(host, vip)).toBe(false);
    const lost = await station.waitFor('vrrp.process_lost');
    expect(lost).toMatchObject({ action: 'resigned for it', reason: expect.stringMatching(/^silent for/) });
    expect((await station.waitFor('vip.removed')).reason).toBe('vrrp_process_lost');
  });

  it('the daemon ends with status 0, without an address and without a lost process', async () => {
    const config = withAdverts(routerConfig(255, `${vip}/24`), '4s');
    const director = startDirector(lab, host, { config });
    await director.waitFor('vip.announced');
    director.running.signal('SIGTERM');
    expect(await director.running.exited).toBe(0);
    expect(await hasAddress(host, vip)).toBe(false);
    expect(director.events().some(({ event }) => event === 'vrrp.process_lost')).toBe(false);
    expect(director.events().at(-1)?.event).toBe('daemon.stopped');
  });
});
