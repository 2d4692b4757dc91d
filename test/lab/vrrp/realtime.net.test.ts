// The real daemon where the kernel refuses the real-time class: it says so at warn, with what to do, and goes on without.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { startDirector } from '../harness/programs.ts';
import { routerConfig } from './router-config.ts';

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = createLab();
  host = await hostOn(lab, await lab.lan('lan'), 'a', '10.9.0.1/24');
});
afterAll(() => lab?.dispose());

describe('a VRRP process that may have neither the real-time class nor another nice value', () => {
  it('says so at warn, with what to do, and takes part', async () => {
    const prefix = ['setpriv', '--bounding-set=-sys_nice', '--inh-caps=-all', '--no-new-privs'];
    const director = startDirector(lab, host, { prefix, config: routerConfig(150, '10.9.0.100/24') });
    const started = await director.waitFor('vrrp.process_started', () => true, { timeoutMs: 60_000 });
    expect(started).toMatchObject({ level: 'warn', realtime: false });
    expect(started.message).toMatch(/sched_setscheduler: EPERM.*CAP_SYS_NICE.*vrrp_process\.realtime/);
    expect(started.nice).toBeUndefined();
    await director.waitFor('vip.added', () => true, { timeoutMs: 60_000 });
  });
});
