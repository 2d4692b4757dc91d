// What an active does on the wire when another active is heard: keepalived and ours, each with what `convert` makes of the
// same words, side by side on one LAN. A stranger says one advert of a lower priority to each, later one of a higher.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import type { DatagramPort } from '../../../src/ports/datagram.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openVrrpSocket } from '../../../src/system/sockets/raw-socket.ts';
import { encodeIpv4 } from '../../../src/wire/packet/ipv4-header.ts';
import { encodeAdvert, VRRP_PROTOCOL } from '../../../src/wire/packet/vrrp.ts';
import { byTheClock } from '../harness/by-the-clock.ts';
import { hostOn, interfaceIndex } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';
import { inside } from './inside.ts';

const hasKeepalived = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const stranger = ip('10.9.0.3');
const group = ip('224.0.0.18');
const intervalMs = 2000;
/** Within which an answer comes, and the next advert does not. */
const soonMs = 700;

/** keepalived's default, and the one that convert leaves out, is another than ours for `higher`. */
const cases = [
  { words: '', lower: 1 },
  { words: 'lower_prio_no_advert', lower: 0 },
  { words: 'higher_prio_send_advert', lower: 1, higher: 1 },
  { words: 'higher_prio_send_advert no', lower: 1, higher: 0 },
  { words: 'strict_mode', lower: 0, higher: 0 },
  { words: 'strict_mode\nversion 2', lower: 0, higher: 0 },
  { words: 'garp_lower_prio_repeat 2\ngarp_lower_prio_delay 0', lower: 1, announced: 2 },
  { words: 'garp_lower_prio_repeat 0', lower: 1, announced: 0 },
] as const satisfies readonly Case[];
type Case = {
  readonly words: string;
  readonly lower: number;
  readonly higher?: number;
  readonly announced?: number;
};

type Router = { readonly vrid: number; readonly version: 2 | 3; readonly address: string };
const routerOf = (index: number, who: 'theirs' | 'ours'): Router => {
  const vrid = 2 * index + (who === 'ours' ? 12 : 11);
  return { vrid, version: cases[index]?.words.includes('version 2') ? 2 : 3, address: `10.9.0.${vrid + 90}` };
};

const file = (who: 'theirs' | 'ours'): string =>
  `global_defs {\nvrrp_version 3\nvrrp_garp_master_delay 0\n}\n${cases
    .map(({ words }, index) => {
      const { vrid, address } = routerOf(index, who);
      return `vrrp_instance V${vrid} {
  interface eth0
  virtual_router_id ${vrid}
  priority 100
  advert_int ${intervalMs / 1000}
  ${words}
  virtual_ipaddress {
    ${address}/24
  }
}
`;
    })
    .join('')}`;

let lab: Lab;
let port: DatagramPort;
let heard: Running;

beforeAll(async () => {
  if (!hasKeepalived) return;
  lab = createLab();
  const lan = await lab.lan('lan');
  const [theirs, ours, third] = await Promise.all([
    hostOn(lab, lan, 'k', '10.9.0.1/24'),
    hostOn(lab, lan, 'a', '10.9.0.2/24'),
    hostOn(lab, lan, 'c', `${stranger}/24`),
  ]);
  const index = await interfaceIndex(third);
  const opened = inside(third, () => openVrrpSocket({ name: 'eth0', index }, systemClock));
  if (!opened.ok) throw new Error(opened.error.code);
  port = opened.value;
  heard = third.start(['tcpdump', '-l', '-n', '-i', 'eth0', '(vrrp and not src host 10.9.0.3) or arp']);
  startKeepalived(lab, theirs, file('theirs'));
  startDirector(lab, ours, { config: await converted(ours) });
  const all = cases.flatMap((_, each) => [routerOf(each, 'theirs'), routerOf(each, 'ours')]);
  await waitUntil(async () => all.every(({ vrid }) => adverts(vrid) > 1), {
    what: 'all of them advertise',
    timeoutMs: 60_000,
  });
});
afterAll(async () => {
  port?.close();
  await lab?.dispose();
});

async function converted(host: Host): Promise<string> {
  const path = join(lab.directory('converted'), 'keepalived.conf');
  writeFileSync(path, file('ours'));
  const text = await host.run(process.execPath, daemonMain, 'convert', '--strict', path);
  return `director: {control_socket: $CONTROL, state_dir: $STATE}\n${text}`;
}

const linesOf = (pattern: RegExp): number => heard.lines().filter((line) => pattern.test(line)).length;
const adverts = (vrid: number): number => linesOf(new RegExp(`VRRPv.*vrid ${vrid},`));
/** tcpdump has a word for what says its own address to all. */
const announcements = (address: string): number => {
  const own = address.replaceAll('.', '\\.');
  return linesOf(new RegExp(`ARP, (?:Request who-has ${own} .*tell ${own}|Announcement ${own})\\b`));
};

function say({ vrid, version, address }: Router, priority: number): void {
  const fields = { virtualRouterId: vrid, priority, addresses: [ip(address)] };
  const advert =
    version === 3
      ? ({ version, ...fields, intervalCs: intervalMs / 10 } as const)
      : ({ version, ...fields, intervalSec: intervalMs / 1000, auth: { type: 'none' } } as const);
  const path = { source: stranger, destination: group };
  const message = encodeAdvert(advert, { ...path, checksum: 'rfc5798' });
  const packet = encodeIpv4({ ...path, protocol: VRRP_PROTOCOL, ttl: 255, tos: 0xc0 }, message);
  port.send(packet, group, () => {});
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Adverts and announcements that follow soon after an advert of that priority, said between two of the router's own. */
async function answersTo(router: Router, priority: number) {
  const before = adverts(router.vrid);
  await waitUntil(async () => adverts(router.vrid) > before, { what: 'an advert', timeoutMs: 30_000 });
  await pause(300);
  const counts = () => ({ adverts: adverts(router.vrid), announced: announcements(router.address) });
  const start = counts();
  say(router, priority);
  await pause(soonMs);
  const end = counts();
  return { adverts: end.adverts - start.adverts, announced: end.announced - start.announced };
}

const why = 'an answer is told from the next advert by its time';

describe.skipIf(!hasKeepalived)('another active is heard', () => {
  it.each(cases.map((each, index): Case & { readonly index: number } => ({ ...each, index })))(
    'with "$words"',
    byTheClock(why),
    async ({ index, lower, higher, announced }) => {
      for (const who of ['theirs', 'ours'] as const) {
        const router = routerOf(index, who);
        const answer = await answersTo(router, 50);
        expect({ who, adverts: answer.adverts }).toEqual({ who, adverts: lower });
        if (announced !== undefined) expect({ who, announced: answer.announced }).toEqual({ who, announced });
        if (higher === undefined) continue;
        const last = await answersTo(router, 200);
        expect({ who, adverts: last.adverts }).toEqual({ who, adverts: higher });
      }
    },
  );
});
