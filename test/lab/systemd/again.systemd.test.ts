// A director that systemd starts again, with adverts six seconds apart: the start takes less time than a peer needs to take
// over, so the client depends on what the new one does with the addresses that it finds.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { createLab } from '../harness/namespaces.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  createSite,
  director,
  type Entry,
  isActiveUnit,
  mark,
  onProcesses,
  pairConfig,
  type Site,
  serves,
  unanswered,
  waitToTell,
  writeConfig,
} from './site.ts';

const config = pairConfig.replace('virtual_router_id: 51', 'virtual_router_id: 51\n    advert_int: 6s');
const lab = createLab();
let site: Site;
let lvs1: Machine;
let lvs2: Machine;

beforeAll(async () => {
  site = await createSite(lab);
  [lvs1, lvs2] = await Promise.all([director(site, 'lvs1', config), director(site, 'lvs2', config)]);
  await Promise.all([lvs1, lvs2].map((machine) => machine.run('systemctl start lvs-director')));
});
afterAll(() => lab.dispose());
beforeEach(async () => {
  await writeConfig(lvs1, config);
  if (!(await isActiveUnit(lvs1)))
    await lvs1.run('systemctl reset-failed lvs-director; systemctl start lvs-director');
  await serves(lvs1);
});

/** How many questions had no answer until it is settled who serves. */
async function lostWhile(script: string): Promise<number> {
  return unanswered(site.client, async () => {
    const since = await mark(lvs1);
    await onProcesses(lvs1, script);
    // It holds the address that it finds; what matters is that it has one successor or another.
    const settled = ({ to }: Entry) => to === 'backup' || to === 'active';
    await waitToTell(lvs1, 'vrrp.transition', { since, fits: settled });
    await waitToTell(lvs1, 'daemon.ready', { since });
  });
}

describe('no question to the address stays without an answer', () => {
  it(
    'when both processes of the active director are killed',
    byTheClock('the daemon must start before the lease ends'),
    async () => {
      expect(await lostWhile('kill -9 $MAIN $VRRP')).toBe(0);
    },
  );

  it('when the active director is restarted', async () => {
    expect(await lostWhile('systemctl restart lvs-director')).toBe(0);
  });
});
