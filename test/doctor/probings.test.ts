// Answers in, findings out: every fate of every packet, every owner of a link-layer address, every verdict on an advert.
import { describe, expect, it } from 'vitest';
import { examineProbed } from '../../src/doctor/examine.ts';
import type { Answers, Fate, HeardAdvert, Probed } from '../../src/doctor/probes/answers.ts';
import { neighboursToAsk, shotsAt } from '../../src/doctor/probes/questions.ts';
import { ip } from '../../src/net/ip.ts';
import { aVirtual } from '../make/a-virtual.ts';
import { gateServer, healthyProbed, macOf, masqServer } from '../make/doctor-answers.ts';
import { vip } from '../make/doctor-facts.ts';

const healthy = healthyProbed();
const { macs } = healthy.answers;
const onLink = { device: 'eth0', source: ip('10.7.0.1') };
const withAnswers = (changes: Partial<Answers>): Probed => ({
  ...healthy,
  answers: { ...healthy.answers, ...changes },
});
const findingsIn = (changes: Partial<Answers>, facts: Partial<Probed> = {}) =>
  examineProbed({ ...withAnswers(changes), ...facts }).findings;
const namesIn = (changes: Partial<Answers>, facts: Partial<Probed> = {}) =>
  findingsIn(changes, facts).map(({ name }) => name);

/** Every shot of a way at a target has that fate. */
const fated = (way: string, target: string, fate: Fate) =>
  healthy.answers.outcomes.map((each) =>
    each.shot.way === way && each.shot.target === target ? { ...each, fate } : each,
  );

describe('a healthy network', () => {
  it('has no finding', () => expect(findingsIn({})).toEqual([]));
  it('is asked nothing of hosts that are not of the config, and a VIP is never sent on', () => {
    const shots = healthy.answers.outcomes.map(({ shot }) => shot);
    expect(new Set(shots.map(({ target }) => target))).toEqual(new Set([gateServer, masqServer]));
    for (const { destination, ttl, way } of shots)
      expect([destination, ttl, way]).toEqual(destination === vip ? [vip, 1, 'vip'] : [destination, 64, way]);
  });
});

describe('a printed command', () => {
  it('names the director where it was named', () => {
    const outcomes = fated('vip', gateServer, 'silent');
    const [finding] = findingsIn({ outcomes }, { asDirector: 'lvs two' });
    expect(finding?.command).toContain("-c a.yaml --director 'lvs two' --real");
  });
});

describe('a gate server', () => {
  const fates: readonly Fate[] = ['answered', 'reset', 'unreachable', 'expired', 'silent'];
  const cases = fates.flatMap((own) => fates.map((atVip) => [own, atVip] as const));
  it.each(cases)('own address %s, VIP %s', (own, atVip) => {
    const both = fated('own', gateServer, own);
    const outcomes = both.map((each) => (each.shot.way === 'vip' ? { ...each, fate: atVip } : each));
    const speaks = own === 'answered' || own === 'reset';
    const expected =
      !speaks || atVip === 'answered'
        ? []
        : atVip === 'reset'
          ? own === 'reset'
            ? []
            : ['vip-reset']
          : ['vip-silent'];
    const findings = findingsIn({ outcomes });
    expect(findings.map(({ name }) => name)).toEqual(expected);
    for (const { services, what, command } of findings) {
      expect(services).toEqual([`tcp ${vip}:81`]);
      expect(what).toContain(gateServer);
      if (atVip !== 'reset')
        expect(command).toBe(
          `lvs-director realserver dr -c a.yaml --real ${gateServer} | ssh ${gateServer} sh`,
        );
    }
  });
  it('that nobody finds on the wire', () => {
    const holders = healthy.answers.holders.filter(({ address }) => address !== gateServer);
    const outcomes = healthy.answers.outcomes.filter(({ shot }) => shot.target !== gateServer);
    expect(namesIn({ holders, outcomes })).toEqual(['server-silent-on-link']);
  });
});

describe('the way back of a masq server', () => {
  it.each([
    ['silent', 'eth1', macOf(4), ['way-back']],
    ['answered', 'eth1', macOf(4), []],
    ['answered', 'eth0', macOf(4), ['way-back']],
    ['answered', 'eth1', macOf(9), ['way-back']],
  ] as const)('%s on %s from %s', (fate, device, from, expected) => {
    const outcomes = healthy.answers.outcomes.map((each) =>
      each.shot.way === 'back' ? { ...each, fate, device, from } : each,
    );
    expect(namesIn({ outcomes })).toEqual(expected);
  });
  it('is not asked on a backup, nor with full NAT', () => {
    const waysIn = (facts: Partial<Probed>) =>
      shotsAt({ ...healthy, ...facts }, healthy.answers).map(({ way }) => way);
    expect(waysIn({})).toContain('back');
    const backup = healthy.addresses.filter(({ address }) => address !== vip);
    expect(waysIn({ addresses: backup })).not.toContain('back');
    const sysctls = { ...healthy.sysctls, 'net/ipv4/vs/conntrack': '1' };
    expect(waysIn({ sysctls })).not.toContain('back');
  });
});

describe('the size of packets', () => {
  const sizes = [1500, 1492, 1480, 1460, 1450, 1420, 1400, 1380, 1280, 100];
  it.each([...sizes, 0])('at most %i get there', (most) => {
    const outcomes = healthy.answers.outcomes.map((each) =>
      each.shot.way === 'size' && each.shot.target === gateServer
        ? {
            ...each,
            fate: (each.shot.ask.kind === 'echo' && (each.shot.ask.bytes ?? 0) <= most
              ? 'answered'
              : 'silent') as Fate,
          }
        : each,
    );
    const [finding] = findingsIn({ outcomes });
    // Who answers no echo at all tells nothing.
    if (most === 1500 || most === 0) expect(finding).toBeUndefined();
    else
      expect(finding).toMatchObject({
        name: 'path-mtu',
        what: expect.stringContaining(`of ${most} they do`),
      });
  });
});

const advert = (changes: Partial<HeardAdvert>): HeardAdvert => ({
  ...{ router: 'VI_1', source: ip('10.7.0.9'), mac: macOf(9), isForeign: false },
  ...changes,
});

describe('who answers for a VIP', () => {
  const answering = (mac: number) => [
    ...healthy.answers.holders,
    { device: 'eth0', address: vip, mac: macOf(mac) },
  ];
  const backup = { addresses: healthy.addresses.filter(({ address }) => address !== vip) };
  it.each([
    [1, 'we ourselves', []],
    [2, 'another device of ours', []],
    [3, 'the gate server', ['vip-at-server']],
    [4, 'the masq server', ['vip-at-server']],
    [9, 'nobody we know', ['vip-answered-elsewhere']],
  ] as const)('%i: %s', (mac, _, expected) => {
    for (const facts of [{}, backup]) expect(namesIn({ holders: answering(mac) }, facts)).toEqual(expected);
  });
  it('the active director may, as long as we do not', () => {
    const changes = { holders: answering(9), adverts: [advert({})] };
    expect(namesIn(changes, backup)).toEqual([]);
    expect(namesIn(changes)).toEqual(['vip-answered-elsewhere']);
  });
  const peer = ip('10.7.0.9');
  const ofConfig = {
    config: {
      ...healthy.config,
      vrrp: healthy.config.vrrp.map((each) => ({ ...each, unicastPeers: [peer] })),
    },
  };
  const router = { name: 'VI_1', virtualRouterId: 51, phase: 'active', advertsSent: 9, advertsReceived: 9 };
  const ofDaemon = {
    daemon: { routers: [{ ...router, peers: [peer], strangers: [], differences: [] }], processes: [] },
  };
  it.each([
    ['the config', ofConfig],
    ['the daemon', ofDaemon],
  ])('is a peer that %s knows, and is not heard', (_, facts) => {
    const holders = [...answering(9), { device: 'eth0', address: peer, mac: macOf(9) }];
    expect(namesIn({ holders }, facts)).toEqual(['adverts-unheard']);
    expect(
      neighboursToAsk({ ...healthy, ...facts, routes: { ...healthy.routes, [peer]: onLink } }, macs),
    ).toContainEqual({
      device: 'eth0',
      address: peer,
    });
  });
  it('has a configuration of its own: that is told of by what the daemon hears', () => {
    expect(namesIn({ holders: answering(9), adverts: [advert({ isForeign: true })] })).toEqual([]);
  });
});

describe('a server that nobody answers for', () => {
  it('is named with every service that has it, as configured', () => {
    const { virtuals } = healthy.config;
    const marked = {
      ...aVirtual({ id: { kind: 'fwmark', family: 'inet', fwmark: 7 } }),
      reals: virtuals.at(-1)?.reals ?? [],
    };
    const config = { ...healthy.config, virtuals: [...virtuals, marked] };
    const holders = healthy.answers.holders.filter(({ address }) => address !== gateServer);
    const [found, ...others] = findingsIn({ holders, outcomes: [] }, { config });
    expect(others).toEqual([]);
    expect([found?.name, found?.services]).toEqual(['server-silent-on-link', [`tcp ${vip}:81`, 'fwmark 7']]);
  });
});
