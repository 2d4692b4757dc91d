import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  FallbackConfig,
  NamedFallbackConfig,
  NamedRealConfig,
  RealConfig,
  VirtualConfig,
} from '../../src/model/config/service.ts';
import { formatServiceId, realName } from '../../src/model/ipvs.ts';
import { type Ip, ip, ipFromBytes } from '../../src/net/ip.ts';
import {
  effectiveVirtuals,
  type Fleet,
  type Known,
  questionKey,
  questionsOf,
} from '../../src/roster/effective.ts';
import { aNamedReal, aReal, aVirtual } from '../make/a-virtual.ts';

const at = { file: 'a.yaml', line: 1, column: 1 };
const settings = { port: 0, forward: 'gate' as const, weight: 5, upperThreshold: 0, lowerThreshold: 0, at };
const real = (address: string, more: Partial<RealConfig> = {}) =>
  aReal({ address: ip(address), ...settings, ...more });
const named = (name: string, more: Partial<NamedRealConfig> = {}) =>
  aNamedReal(name, { ...settings, ...more });
const service = (more: Partial<VirtualConfig> = {}): VirtualConfig =>
  aVirtual({
    id: { kind: 'address', protocol: 'tcp', address: ip('10.9.9.9'), port: 80 },
    reals: [],
    ...more,
  });

const known = (addresses: Readonly<Record<string, readonly string[]>>, fleet?: Fleet): Known => ({
  addressesOf: (question) => (addresses[questionKey(question)] ?? []).map(ip),
  fleetOf: () => fleet,
});
const serversOf = (virtual: VirtualConfig, facts: Known) =>
  (effectiveVirtuals([virtual], facts).virtuals[0] as VirtualConfig).reals.map((each) =>
    realName(virtual.id, each),
  );

describe('a service with servers by name', () => {
  it('has one for each address, with the settings of the name and the name itself', () => {
    const virtual = service({ namedReals: [named('web', { port: 8080, forward: 'masq', weight: 7 })] });
    const { virtuals } = effectiveVirtuals([virtual], known({ 'inet web': ['10.0.0.1', '10.0.0.2'] }));
    expect(virtuals[0]?.reals).toEqual([
      { ...settings, address: '10.0.0.1', name: 'web', port: 8080, forward: 'masq', weight: 7 },
      { ...settings, address: '10.0.0.2', name: 'web', port: 8080, forward: 'masq', weight: 7 },
    ]);
  });

  it('has none of a name that nothing is known of, and its others all the same', () => {
    const virtual = service({ reals: [real('10.0.0.9')], namedReals: [named('web'), named('db')] });
    expect(serversOf(virtual, known({ 'inet db': ['10.0.0.3'] }))).toEqual(['10.0.0.9:80', '10.0.0.3:80']);
  });

  it('asks for the family of the service', () => {
    const six = service({
      id: { kind: 'address', protocol: 'tcp', address: ip('2001:db8::9'), port: 80 },
      namedReals: [named('web')],
    });
    const mark = service({ id: { kind: 'fwmark', family: 'inet6', fwmark: 1 }, namedReals: [named('web')] });
    expect(questionsOf([service({ namedReals: [named('web')] }), six, mark], () => undefined)).toEqual([
      { name: 'web', family: 'inet' },
      { name: 'web', family: 'inet6' },
      { name: 'web', family: 'inet6' },
    ]);
    expect(serversOf(six, known({ 'inet web': ['10.0.0.1'], 'inet6 web': ['2001:db8::1'] }))).toEqual([
      '[2001:db8::1]:80',
    ]);
  });

  it('of an ldirectord.cf has one server a name, as ldirectord has: the lowest address', () => {
    const virtual = service({ namedReals: [named('web', { takes: 'one' })] });
    expect(serversOf(virtual, known({ 'inet web': ['10.0.0.1', '10.0.0.2'] }))).toEqual(['10.0.0.1:80']);
  });
});

describe('a service with a file', () => {
  const fleet: Fleet = { reals: [real('10.0.0.7')], namedReals: [named('more')] };

  it('has its own servers, and those of the file, by address and by name', () => {
    const virtual = service({ reals: [real('10.0.0.1')], realFile: { path: '/f', at } });
    expect(serversOf(virtual, known({ 'inet more': ['10.0.0.8'] }, fleet))).toEqual([
      '10.0.0.1:80',
      '10.0.0.7:80',
      '10.0.0.8:80',
    ]);
    expect(questionsOf([virtual], () => fleet)).toEqual([{ name: 'more', family: 'inet' }]);
  });

  it('has its own while there was never a good file', () => {
    expect(
      serversOf(service({ reals: [real('10.0.0.1')], realFile: { path: '/f', at } }), known({})),
    ).toEqual(['10.0.0.1:80']);
  });
});

describe('two servers at one place', () => {
  const fleet: Fleet = {
    reals: [real('10.0.0.2', { weight: 1 }), real('10.0.0.3', { weight: 1 })],
    namedReals: [],
  };

  it('count once: what is written as an address, then a name, then the file; the others are told', () => {
    const virtual = service({
      reals: [real('10.0.0.1', { weight: 9 })],
      namedReals: [named('web', { weight: 5 }), named('web2', { weight: 4 })],
      realFile: { path: '/f', at },
    });
    const facts = known({ 'inet web': ['10.0.0.1', '10.0.0.2'], 'inet web2': ['10.0.0.2'] }, fleet);
    const { virtuals, duplicates } = effectiveVirtuals([virtual], facts);
    expect(virtuals[0]?.reals.map(({ address, weight }) => `${address} ${weight}`)).toEqual([
      '10.0.0.1 9',
      '10.0.0.2 5',
      '10.0.0.3 1',
    ]);
    expect(duplicates.map(({ server, first }) => [server.name, first.name, server.address])).toEqual([
      ['web', undefined, '10.0.0.1'],
      ['web2', 'web', '10.0.0.2'],
      [undefined, 'web', '10.0.0.2'],
    ]);
  });

  it('are one where one names the port of the service and the other none', () => {
    const virtual = service({ reals: [real('10.0.0.1', { port: 80 })], namedReals: [named('web')] });
    expect(serversOf(virtual, known({ 'inet web': ['10.0.0.1'] }))).toEqual(['10.0.0.1:80']);
  });

  it('are two on two ports', () => {
    const virtual = service({ namedReals: [named('web', { port: 81 }), named('web')] });
    expect(serversOf(virtual, known({ 'inet web': ['10.0.0.1'] }))).toEqual(['10.0.0.1:81', '10.0.0.1:80']);
  });
});

describe('a fallback by name', () => {
  const tier = (address: string): FallbackConfig => ({ ...real(address), checked: true });
  const namedTier = (name: string, place: number, more: Partial<NamedFallbackConfig> = {}) => ({
    ...{ name, tier: place, ...settings, checked: true },
    ...more,
  });
  const mixed = service({
    fallbacks: [tier('10.0.0.8'), tier('10.0.0.9')],
    namedFallbacks: [namedTier('a', 0), namedTier('b', 2, { port: 81, checked: false })],
  });
  const tiersOf = (virtual: VirtualConfig, facts: Known) =>
    effectiveVirtuals([virtual], facts).virtuals[0]?.fallbacks;

  it('is the lowest address of its name, in its place among the tiers', () => {
    const facts = known({ 'inet a': ['10.0.0.1', '10.0.0.2'], 'inet b': ['10.0.0.3'] });
    expect(tiersOf(mixed, facts)).toEqual([
      { ...settings, checked: true, name: 'a', address: '10.0.0.1' },
      tier('10.0.0.8'),
      { ...settings, checked: false, name: 'b', port: 81, address: '10.0.0.3' },
      tier('10.0.0.9'),
    ]);
  });

  it('that nothing is known of leaves its place to the next', () => {
    expect(tiersOf(mixed, known({ 'inet b': ['10.0.0.3'] }))?.map(({ address }) => address)).toEqual([
      '10.0.0.8',
      '10.0.0.3',
      '10.0.0.9',
    ]);
    expect(tiersOf(service({ namedFallbacks: [namedTier('a', 0)] }), known({}))).toEqual([]);
  });

  it('is asked for in the family of the service', () => {
    const six = service({
      id: { kind: 'fwmark', family: 'inet6', fwmark: 1 },
      namedFallbacks: [namedTier('a', 0)],
    });
    expect(questionsOf([mixed, six], () => undefined)).toEqual([
      { name: 'a', family: 'inet' },
      { name: 'b', family: 'inet' },
      { name: 'a', family: 'inet6' },
    ]);
    expect(tiersOf(six, known({ 'inet a': ['10.0.0.1'], 'inet6 a': ['fd00::1'] }))).toMatchObject([
      { address: 'fd00::1' },
    ]);
  });
});

const anyAddress: fc.Arbitrary<Ip> = fc
  .integer({ min: 1, max: 9 })
  .map((last) => ipFromBytes(Uint8Array.of(10, 0, 0, last)));
const anyNamed = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    port: fc.constantFrom(0, 80, 81),
    takes: fc.constantFrom('all' as const, 'one' as const),
  })
  .map(({ name, ...more }) => named(name, more));
const anyReal = anyAddress.map((address) => real(address));

describe('whatever is configured and known', () => {
  it('every server has an address that was configured or answered, each place once, literals always', () => {
    const facts = fc.record({
      literals: fc.uniqueArray(anyReal, { selector: ({ address }) => address, maxLength: 5 }),
      names: fc.array(anyNamed, { minLength: 1, maxLength: 5 }),
      fleet: fc.record({
        reals: fc.array(anyReal, { maxLength: 5 }),
        namedReals: fc.array(anyNamed, { maxLength: 3 }),
      }),
      answers: fc.dictionary(
        fc.constantFrom('inet a', 'inet b', 'inet c'),
        fc.array(anyAddress, { maxLength: 4 }),
      ),
    });
    fc.assert(
      fc.property(facts, ({ literals, names, fleet, answers }) => {
        const virtual = service({ reals: literals, namedReals: names, realFile: { path: '/f', at } });
        const { virtuals } = effectiveVirtuals([virtual], known(answers, fleet));
        const reals = virtuals[0]?.reals ?? [];
        const places = reals.map((each) => realName(virtual.id, each));
        expect(new Set(places).size).toBe(places.length);
        expect(reals.slice(0, literals.length)).toEqual(literals);
        for (const { name, address } of reals) {
          if (name !== undefined) expect(answers[`inet ${name}`]).toContain(address);
        }
      }),
    );
  });

  it('a service without names and file is the very same', () => {
    const virtual = service({ reals: [real('10.0.0.1')] });
    expect(effectiveVirtuals([virtual], known({})).virtuals[0]).toBe(virtual);
    expect(formatServiceId(virtual.id)).toBe('tcp 10.9.9.9:80');
  });
});
