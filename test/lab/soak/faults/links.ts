// Faults of the network: a cable that is pulled and put back, packets lost, late or lost in one direction only, an
// interface that is deleted, renamed or loses its addresses. What is lost is lost within the switch, by nftables in the
// bridge, so that no director can see it.
import { spawnSync } from 'node:child_process';
import type { Lan } from '../../harness/namespaces.ts';
import { run } from '../../harness/process.ts';
import type { Fault, Scene } from '../fault.ts';
import { advertMs, ownAddress, pause, usual, vip } from '../site.ts';

/** Rules of what the switch forwards; its ports are called after the hosts. */
async function filter(lan: Lan, rules: readonly string[]): Promise<() => Promise<void>> {
  const nft = (text: string) => run(['ip', 'netns', 'exec', lan.netns, 'nft', text]);
  await nft(
    `table bridge soak { chain forward { type filter hook forward priority 0; ${rules.map((rule) => `${rule} drop;`).join(' ')} }; }`,
  );
  return async () => void (await nft('delete table bridge soak'));
}

const cut = (name: string, rules: (host: string) => readonly string[], both: 'while' | 'usual'): Fault => ({
  name,
  gentle: true,
  lastsMs: [500, 6000],
  // Each is right as far as it can see, while they do not hear each other.
  bound: (lastsMs) => ({
    ...(both === 'while' && { twoHoldersMs: lastsMs + usual.twoHoldersMs }),
    // The client is on the other side of the cut as well, and whom it asks is up to its ARP cache.
    silentMs: lastsMs + usual.silentMs + 1000,
  }),
  inject: ({ site, target }) => filter(site.lan, rules(target.name)),
});

const onLink = async ({ site, target }: Scene, ...words: string[]) => {
  await run([
    'ip',
    '-n',
    target.host.netns,
    ...words.map((word) => word.replace('$OWN', ownAddress(target.name))),
  ]);
  return site;
};

const netem = spawnSync('modprobe', ['-q', 'sch_netem']).status === 0;

export const linkFaults: readonly Fault[] = [
  {
    name: 'the link flaps',
    gentle: true,
    lastsMs: [200, 2500],
    bound: (lastsMs) => ({
      noHolderMs: lastsMs * 2 + 2 * usual.noHolderMs,
      twoHoldersMs: 2 * usual.twoHoldersMs,
      silentMs: lastsMs * 2 + 2 * usual.silentMs,
    }),
    inject: async ({ site, target, lastsMs, random }) => {
      for (let flap = random.between(1, 6); flap > 0; flap -= 1) {
        await site.lab.carrier(target.host, site.lan, false);
        await pause(random.between(10, Math.max(20, lastsMs / 3)));
        await site.lab.carrier(target.host, site.lan, true);
        await pause(random.between(10, Math.max(20, lastsMs / 3)));
      }
      await site.lab.carrier(target.host, site.lan, false);
      return () => site.lab.carrier(target.host, site.lan, true);
    },
  },
  {
    name: '30 % loss',
    gentle: true,
    lastsMs: [2000, 8000],
    // Three adverts in a row are lost now and then; so is what ends it, and the answers themselves.
    bound: (lastsMs) => ({
      twoHoldersMs: 6 * advertMs + usual.twoHoldersMs,
      silentMs: lastsMs + usual.silentMs,
    }),
    inject: ({ site }) => filter(site.lan, ['numgen random mod 100 < 30']),
  },
  {
    name: '200 ms jitter',
    gentle: true,
    lastsMs: [2000, 8000],
    lacks: netem ? undefined : 'this kernel has no netem',
    bound: () => ({ twoHoldersMs: 4 * advertMs + usual.twoHoldersMs, noHolderMs: 1000 + usual.noHolderMs }),
    inject: async ({ site, target }) => {
      const qdisc = (act: string, ...words: string[]) =>
        run([
          'ip',
          'netns',
          'exec',
          site.lan.netns,
          'tc',
          'qdisc',
          act,
          'dev',
          target.name,
          'root',
          ...words,
        ]);
      await qdisc('add', 'netem', 'delay', '200ms', '200ms');
      return async () => void (await qdisc('del'));
    },
  },
  cut('it hears nobody', (host) => [`oifname "${host}" ip protocol 112`], 'while'),
  cut('nobody hears it', (host) => [`iifname "${host}" ip protocol 112`], 'while'),
  cut('nothing comes in', (host) => [`oifname "${host}"`], 'while'),
  cut('nothing goes out', (host) => [`iifname "${host}"`], 'while'),
  {
    name: 'the interface is deleted',
    gentle: true,
    lastsMs: [100, 5000],
    inject: async (scene) => {
      await onLink(scene, 'link', 'del', 'eth0');
      return () =>
        scene.site.lab.attach(scene.target.host, scene.site.lan, {
          addresses: [ownAddress(scene.target.name)],
        });
    },
  },
  {
    name: 'the interface is renamed',
    gentle: true,
    lastsMs: [100, 5000],
    inject: async (scene) => {
      await onLink(scene, 'link', 'set', 'eth0', 'name', 'lan9');
      return async () => void (await onLink(scene, 'link', 'set', 'lan9', 'name', 'eth0'));
    },
  },
  {
    name: 'all addresses are flushed',
    gentle: true,
    lastsMs: [100, 4000],
    inject: async (scene) => {
      await onLink(scene, 'address', 'flush', 'dev', 'eth0');
      return async () => void (await onLink(scene, 'address', 'add', '$OWN', 'dev', 'eth0'));
    },
  },
  {
    name: 'a stranger takes the address away',
    gentle: true,
    lastsMs: [500, 3000],
    inject: async (scene) => {
      for (let round = scene.random.between(1, 20); round > 0; round -= 1) {
        await onLink(scene, 'address', 'del', `${vip}/32`, 'dev', 'eth0').catch(() => {});
        await pause(scene.random.between(0, 60));
      }
      return async () => {};
    },
  },
];
