// What must hold beside any other VRRP router, told as two stories: ours is the higher one, and ours is the lower
// one. Each goes through take-over, return, a change of priority and a graceful stop, and at every step exactly
// one router serves, by the rules of the protocol and without a packet refused.
import { expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { probe } from '../vrrp/prober.ts';
import { createStation, hasAddress, measured, type Station } from '../vrrp/station.ts';
import { type Mode, ourInstance, type Peer, type PeerKind, plans, titleOf } from './peer.ts';

const priority = { lowest: 50, lower: 100, higher: 150, highest: 200 } as const;
const timeoutMs = 15_000;

type Scene = { readonly lab: Lab; readonly client: Host; readonly other: Host; readonly ours: Station };

/** Defines the tests of one peer in one mode. */
export function tellRoles(kind: PeerKind, mode: Mode): void {
  const skipped = kind.missing === undefined ? '' : `; skipped: ${kind.missing}`;
  const tell = (title: string, story: (scene: Scene) => Promise<void>) =>
    it.skipIf(kind.missing !== undefined)(`${titleOf(mode)}: ${title}${skipped}`, () => onLan(mode, story));

  tell('it follows our priority, takes over when we stop, and gives way when we return', async (scene) => {
    const { ours, lab, other } = scene;
    await ours.supervisor.start([ourInstance(mode, priority.higher)]);
    await ours.waitFor('vip.announced');
    const peer = await kind.start(lab, other, { mode, priority: priority.lower });
    await heard(scene);
    expect(await peer.isMaster()).toBe(false);

    await ours.supervisor.reconfigure([ourInstance(mode, priority.lowest)]);
    await itServes(scene, mode, peer);
    const lowered = ours.events().length;
    await ours.supervisor.reconfigure([ourInstance(mode, priority.higher)]);
    expect(await weServe(scene, mode, peer, lowered)).toBe('preempted_lower_priority');

    const prober = probe(lab, scene.client, plans[mode.family].vip);
    await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
    await ours.supervisor.stop();
    await itServes(scene, mode, peer);
    measured(
      `${kind.name}, ${titleOf(mode)}: gap for a client when we stop, ms`,
      await prober.longestGapMs(),
    );

    const stopped = ours.events().length;
    await ours.supervisor.start([ourInstance(mode, priority.higher)]);
    expect(await weServe(scene, mode, peer, stopped)).toBe('preempted_lower_priority');
    expect(refused(ours)).toEqual([]);
  });

  tell(
    'we follow its priority, take over when it dies or stops, and give way when it returns',
    async (scene) => {
      const { ours, lab, other } = scene;
      const first = await kind.start(lab, other, { mode, priority: priority.higher });
      await waitUntil(first.isMaster, { what: 'it is master', timeoutMs });
      await ours.supervisor.start([ourInstance(mode, priority.lower)]);
      await waitUntil(() => ours.supervisor.status()[0]?.active !== undefined, {
        what: 'we hear it',
        timeoutMs,
      });
      expect(await hasAddress(ours.host, plans[mode.family].vip)).toBe(false);

      await other.killAll();
      const taken = await ours.waitFor('vrrp.transition', ({ to }) => to === 'active');
      expect(taken.reason).toBe('active_down');

      const alone = ours.events().length;
      const peer = await kind.start(lab, other, { mode, priority: priority.higher });
      await ours.waitFor('vrrp.transition', ({ reason }) => reason === 'higher_priority_heard', alone);
      await itServes(scene, mode, peer);

      const returned = ours.events().length;
      await peer.setPriority(priority.lowest);
      expect(await weServe(scene, mode, peer, returned)).toBe('preempted_lower_priority');
      await peer.setPriority(priority.highest);
      await itServes(scene, mode, peer);

      const raised = ours.events().length;
      await peer.stop();
      const resigned = await ours.waitFor('vrrp.transition', ({ to }) => to === 'active', raised);
      expect(resigned.reason).toBe('active_resigned');
      expect(refused(ours)).toEqual([]);
    },
  );
}

async function onLan(mode: Mode, story: (scene: Scene) => Promise<void>): Promise<void> {
  const lab = createLab();
  try {
    const lan = await lab.lan('lan');
    const plan = plans[mode.family];
    const hostAt = async (name: string, address: string) => {
      const host = await lab.host(name);
      await lab.attach(host, lan, { addresses: [`${address}/${plan.length}`] });
      return host;
    };
    const client = await hostAt('c', plan.client);
    const other = await hostAt('k', plan.peer);
    await story({ lab, client, other, ours: createStation(lab, await hostAt('a', plan.ours)) });
  } finally {
    await lab.dispose();
  }
}

/** The peer had time to hear that we are there. */
async function heard({ ours }: Scene): Promise<void> {
  const sent = () => ours.supervisor.status()[0]?.advertsSent ?? 0;
  const before = sent();
  await waitUntil(() => sent() > before + 4, { what: 'four adverts', timeoutMs });
}

async function itServes({ ours }: Scene, mode: Mode, peer: Peer): Promise<void> {
  const { vip } = plans[mode.family];
  await waitUntil(async () => (await peer.isMaster()) && !(await hasAddress(ours.host, vip)), {
    ...{ what: 'the peer serves, and it alone', timeoutMs },
  });
}

/** @returns why we became active. */
async function weServe({ ours }: Scene, mode: Mode, peer: Peer, after: number): Promise<string> {
  const { vip } = plans[mode.family];
  const { reason } = await ours.waitFor('vrrp.transition', ({ to }) => to === 'active', after);
  await waitUntil(async () => !(await peer.isMaster()) && (await hasAddress(ours.host, vip)), {
    ...{ what: 'we serve, and we alone', timeoutMs },
  });
  return reason;
}

const refused = (ours: Station) =>
  ours.events().filter(({ event }) => event === 'vrrp.advert_rejected' || event === 'vrrp.send_failed');
