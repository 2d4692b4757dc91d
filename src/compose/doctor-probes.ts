// Sends what the doctor asks the network (doctor/probes/questions.ts), and hears what comes back and which adverts come by:
// a few packets to the hosts of the config alone, twice at most, and all of it over within seconds. Changes nothing.

import { entriesOf } from '../doctor/facts/ip-json.ts';
import type { Facts } from '../doctor/facts.ts';
import type {
  Answers,
  HeardAdvert,
  Holder,
  Neighbour,
  Outcome,
  Probed,
  Shot,
} from '../doctor/probes/answers.ts';
import {
  neighboursToAsk,
  ownAddress,
  shotsAt,
  shotsMax,
  sizeShots,
  vipPlaces,
} from '../doctor/probes/questions.ts';
import { familyOf } from '../net/ip.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import { programOutput } from '../system/programs/program-output.ts';
import { type FrameTap, openFrameTap } from '../system/sockets/frame-tap.ts';
import { encodeArpProbeFrame, encodeArpRequestFrame } from '../wire/packet/arp.ts';
import { encodeNeighbourSolicitationFrame } from '../wire/packet/ndp.ts';
import { decodeProbeAnswer, type ProbeAnswer } from '../wire/packet/probe-answer.ts';
import { heardAdverts } from './doctor-adverts.ts';
import { frameOf, matchAnswer, type Numbering, resetOf } from './doctor-shots.ts';

const lookEveryMs = 20;
const answerMs = 700;
/** Three adverts of the slowest router, and no longer than this. */
const listenMsMax = 10_000;
/** Above those that the kernel gives to connections (net.ipv4.ip_local_port_range). */
const firstPort = 61_000;

type Open = { readonly device: string; readonly mac: Mac; readonly tap: FrameTap };

export async function probe(facts: Facts): Promise<Probed> {
  const macs = await ownMacs();
  const asked = neighboursToAsk(facts, macs);
  const unasked: string[] = [];
  const numbering = {
    base: Math.floor(Math.random() * 0xffff),
    port: firstPort + Math.floor(Math.random() * 4000),
  };
  const devices = [...asked.map(({ device }) => device), ...facts.config.vrrp.map((each) => each.interface)];
  const open = openAll([...new Set(devices)], { facts, macs, port: numbering.port, unasked });
  try {
    return { ...facts, answers: await ask({ facts, macs, asked, unasked, numbering, open }) };
  } finally {
    for (const { tap } of open) tap.close();
  }
}

type Round = Pick<Answers, 'macs' | 'asked'> & {
  readonly facts: Facts;
  readonly unasked: string[];
  readonly numbering: Numbering;
  readonly open: readonly Open[];
};

async function ask(round: Round): Promise<Answers> {
  const { facts, asked, open, unasked } = round;
  const ear = createEar(round);
  const begunAt = performance.now();
  const { waitMs, unheeded } = listening(facts);
  for (let time = 0; time < 2; time += 1) {
    const unanswered = asked.filter(
      (each) => isVip(each, facts) || !ear.holders.some((holder) => holder.address === each.address),
    );
    for (const each of unanswered) askNeighbour(each, { facts, open });
    await ear.listen(answerMs);
  }
  const found = { ...round, holders: ear.holders, outcomes: [], adverts: ear.adverts, unheeded, sent: '' };
  const wanted = shotsAt(facts, found);
  const all = [...wanted, ...sizeShots(wanted, facts)];
  if (all.length > shotsMax)
    unasked.push(
      `servers: ${shotsMax} packets are the most, these need ${all.length}; --service asks those of one service`,
    );
  const outcomes = await shoot(all.slice(0, shotsMax), round, ear);
  await ear.listen(begunAt + waitMs - performance.now());
  const sent = `${asked.length} questions who has an address, ${outcomes.length} packets to servers, twice where unanswered; listened to adverts for ${Math.round(waitMs / 1000)} s`;
  const { holders, adverts } = ear;
  return { macs: round.macs, asked, unasked, holders, outcomes, adverts, unheeded, sent };
}

/** Everybody who answers for one counts, and not the first alone. */
const isVip = (each: Neighbour, facts: Facts): boolean =>
  vipPlaces(facts).some(({ address }) => address === each.address);

function listening({ config }: Facts): { readonly waitMs: number; readonly unheeded: readonly string[] } {
  const wanted = config.vrrp.map(({ name, advertIntervalMs }) => ({ name, ms: 3 * advertIntervalMs + 200 }));
  return {
    waitMs: Math.min(listenMsMax, Math.max(0, ...wanted.map(({ ms }) => ms))),
    unheeded: wanted.filter(({ ms }) => ms > listenMsMax).map(({ name }) => name),
  };
}

/** Those that have no answer are sent once more: a neighbour may have had to look for our address first. */
async function shoot(
  shots: readonly Shot[],
  { open, numbering }: Round,
  ear: Ear,
): Promise<readonly Outcome[]> {
  ear.expect(shots);
  for (let time = 0; time < 2; time += 1) {
    for (const [id, shot] of shots.entries()) {
      const from = open.find(({ device }) => device === shot.device);
      if (from === undefined || ear.fates.has(id)) continue;
      from.tap.send(frameOf(shot, { id, numbering, from: from.mac }));
    }
    await ear.listen(answerMs);
  }
  return shots.map((shot, id) => {
    const fate = ear.fates.get(id) ?? { fate: 'silent' };
    const from = open.find(({ device }) => device === shot.device);
    // The kernel ends what it has not begun, where the answer is for an address of its own.
    if (fate.fate === 'answered' && shot.way === 'vip' && from !== undefined) {
      const frame = resetOf(shot, { id, numbering, from: from.mac });
      if (frame !== undefined) from.tap.send(frame);
    }
    return { shot, ...fate };
  });
}

type Ear = {
  readonly holders: Holder[];
  readonly adverts: HeardAdvert[];
  /** Of the shots, by their place. */
  readonly fates: Map<number, Omit<Outcome, 'shot'>>;
  readonly expect: (shots: readonly Shot[]) => void;
  readonly listen: (ms: number) => Promise<void>;
};

function createEar({ facts, numbering, open }: Round): Ear {
  const ear: Omit<Ear, 'listen' | 'expect'> = { holders: [], adverts: [], fates: new Map() };
  let shots: readonly Shot[] = [];
  const hear = (device: string, answer: ProbeAnswer) => {
    if (answer.is === 'neighbour') {
      const { address, mac } = answer;
      if (!ear.holders.some((each) => each.device === device && each.address === address && each.mac === mac))
        ear.holders.push({ device, address, mac });
      return;
    }
    if (answer.is === 'advert') {
      if (ear.adverts.length < 1000) ear.adverts.push(...heardAdverts(answer, device, facts));
      return;
    }
    const matched = matchAnswer(answer, device, { shots, numbering });
    const before = matched && ear.fates.get(matched.id);
    if (matched !== undefined && before?.fate !== 'answered') ear.fates.set(matched.id, matched.outcome);
  };
  return {
    ...ear,
    expect: (expected) => {
      shots = expected;
    },
    listen: async (ms) => {
      const end = performance.now() + ms;
      do {
        for (const { device, tap } of open)
          for (const { bytes, isOutgoing } of tap.take()) {
            const answer = isOutgoing ? undefined : decodeProbeAnswer(bytes);
            if (answer !== undefined) hear(device, answer);
          }
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      } while (performance.now() < end);
    },
  };
}

/** A floating address is asked for by a probe, from which nobody learns anything (RFC 5227 §1.1). */
function askNeighbour({ device, address }: Neighbour, { facts, open }: Pick<Round, 'facts' | 'open'>): void {
  const from = open.find((each) => each.device === device);
  if (from === undefined) return;
  const own = ownAddress(device, address, facts);
  if (familyOf(address) === 'inet')
    from.tap.send(
      own === undefined || isVip({ device, address }, facts)
        ? encodeArpProbeFrame(address, from.mac)
        : encodeArpRequestFrame(address, own, from.mac),
    );
  else if (own !== undefined) from.tap.send(encodeNeighbourSolicitationFrame(address, own, from.mac));
}

type Opening = Pick<Round, 'facts' | 'macs' | 'unasked'> & { readonly port: number };

function openAll(devices: readonly string[], { facts, macs, port, unasked }: Opening): readonly Open[] {
  return devices.flatMap((device) => {
    const index = facts.links.find(({ name }) => name === device)?.index;
    const mac = macs[device];
    if (index === undefined || mac === undefined) return [];
    const tap = openFrameTap(index, port);
    if (tap.ok) return [{ device, mac, tap: tap.value }];
    unasked.push(`the network of ${device}: no packet socket (${tap.error})`);
    return [];
  });
}

/** Of Ethernet alone. */
async function ownMacs(): Promise<Answers['macs']> {
  const links = await programOutput('ip', '-j', 'link', 'show');
  const entries = entriesOf(links.ok ? links.value : '').flatMap(({ ifname, address, link_type: type }) => {
    const mac = typeof address === 'string' ? parseMac(address) : undefined;
    return typeof ifname === 'string' && type === 'ether' && mac !== undefined
      ? [[ifname, mac] as const]
      : [];
  });
  return Object.fromEntries(entries);
}
