// What a scrape costs adverts and checks: one director with thousands of servers, by turns left alone and scraped all the
// time; how late adverts left and checks began in each turn, by the director's own histograms.
//   node main.js [--servers N] [--seconds N] [--turns N]
// Reported, not judged: a busy machine makes both turns late. The two stand side by side, from one run.
import { parseArgs } from 'node:util';
import { withLab } from '../../test/lab/harness/namespaces.ts';
import { startDirector } from '../../test/lab/harness/programs.ts';
import { createSite, type Site } from '../health/site.ts';

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '20' },
    turns: { type: 'string', default: '2' },
  },
});
const [servers, seconds, turns] = [values.servers, values.seconds, values.turns].map(Number) as [
  number,
  number,
  number,
];

const reals = (service: number) =>
  Array.from({ length: 100 }, (_, i) => service * 100 + i)
    .map((index) => `10.9.${Math.floor(index / 250)}.${(index % 250) + 1}:80 gate`)
    .join(', ');

const config = `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {level: error}
vrrp:
  - {name: VI_1, interface: eth0, virtual_router_id: 51, priority: 254, advert_int: 100ms, virtual_ipaddress: [10.8.0.100/24]}
checkinterval: 5s
checktimeout: 4s
virtual:
${Array.from({ length: servers / 100 }, (_, i) => `  - {address: "10.7.0.${i + 1}:80", checktype: connect, real: [${reals(i)}]}`).join('\n')}
`;

/** Upper bounds in seconds with how many were at most so late. */
type Histogram = ReadonlyMap<number, number>;
type Scrape = { readonly bytes: number; readonly adverts: Histogram; readonly checks: Histogram };

async function scrape({ director }: Site, socket: string): Promise<Scrape> {
  const text = await director.run('curl', '-sS', '--unix-socket', socket, 'http://localhost/metrics');
  const histogram = (name: string): Histogram =>
    new Map([...text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm'))].map(boundOf));
  return {
    bytes: text.length,
    adverts: histogram('lvs_director_vrrp_advert_lateness_seconds'),
    checks: histogram('lvs_director_check_lateness_seconds'),
  };
}

const boundOf = ([, bound, count]: RegExpMatchArray): readonly [number, number] => [
  bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound),
  Number(count),
];

/** Bounds that so much of what came between two scrapes kept, in ms. */
function between(before: Histogram, after: Histogram): string {
  const grown = [...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
  const total = grown.at(-1)?.[1] ?? 0;
  const at = (part: number) => (grown.find(([, count]) => count >= part * total)?.[0] ?? Number.NaN) * 1000;
  return `${total}, half within ${at(0.5)} ms, 99 % within ${at(0.99)} ms, all within ${at(1)} ms`;
}

async function turn(site: Site, socket: string, scraped: boolean): Promise<void> {
  const before = await scrape(site, socket);
  const ends = performance.now() + seconds * 1000;
  let scrapes = 0;
  let tookMs = 0;
  while (performance.now() < ends) {
    if (!scraped) await new Promise((resolve) => setTimeout(resolve, 500));
    else {
      const begun = performance.now();
      await scrape(site, socket);
      tookMs += performance.now() - begun;
      scrapes += 1;
    }
  }
  const after = await scrape(site, socket);
  const what = scraped
    ? `scraped ${scrapes} times, ${Math.round(after.bytes / 1024)} KiB in ${Math.round(tookMs / scrapes)} ms each`
    : 'left alone';
  process.stdout.write(`${what}\n  adverts ${between(before.adverts, after.adverts)}\n`);
  process.stdout.write(`  checks  ${between(before.checks, after.checks)}\n`);
}

await withLab(async (lab) => {
  const site = await createSite(lab);
  const director = startDirector(lab, site.director, { config });
  let known = 0;
  while (known < servers) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (director.running.ended()) throw new Error(director.running.lines().slice(-5).join('\n'));
    known = await site.connectsBegun();
  }
  process.stdout.write(
    `${servers} servers, each checked in 5 s, adverts each 100 ms; turns of ${seconds} s\n`,
  );
  for (let index = 0; index < 2 * turns; index += 1)
    await turn(site, director.controlSocket, index % 2 === 1);
});
