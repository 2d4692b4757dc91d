// Routes and rules that should be there against those that are: what is added and removed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRoute, parseRule, type VirtualRule } from '../../src/net/route.ts';
import { diffFloating, type FloatingSet, namesIn } from '../../src/vrrp/diff-floating.ts';
import { encodeRoute, encodeRule } from '../../src/wire/route/rtnetlink-route.ts';
import { decodeRoutes, decodeRule } from '../../src/wire/route/rtnetlink-route-read.ts';

const routeTexts = [
  '10.1.0.0/16 via 10.9.0.254',
  '10.1.0.0/16 via 10.9.0.254 metric 5 table 1000 mtu 1400',
  '10.2.3.4/16 via 10.9.0.254 src 10.9.0.100',
  '10.3.0.0/16 dev eth1',
  'blackhole 10.4.0.0/16',
  'unreachable default table 9',
  'default via 10.9.0.1 table 7',
  'fd01::/16 via fd00::1 metric 3',
  'fd01::/16 via fd00::1 metric 4 src fd00::100',
  'prohibit fd02::7/16',
];
const ruleTexts = [
  'from 10.9.0.100 table 9',
  'from 10.9.0.100 to 10.66.1.2/16 table 1000 priority 7',
  'iif eth1 oif eth2 fwmark 0x10/0xff table 3',
  'inet6 from fd00::100 table 9',
  'prohibit inet6 from fd66::/16 priority 8',
  'blackhole fwmark 3',
];
const routes = routeTexts.map((text) => parseRoute(text) ?? expect.fail(text));
const rules = ruleTexts.map((text) => parseRule(text) ?? expect.fail(text));
const place = (route: (typeof routes)[number]) =>
  route.device === undefined ? { route } : { route, interfaceIndex: 7 };
/** As the kernel would tell of them. */
const seen = ({ routes, rules }: FloatingSet): FloatingSet => ({
  routes: routes.flatMap(({ route, interfaceIndex }) =>
    decodeRoutes(encodeRoute(route, interfaceIndex ?? 9)),
  ),
  rules: rules.flatMap((rule) => decodeRule(encodeRule({ priority: 32765, ...rule })) ?? []),
});
const someOf = (all: FloatingSet) =>
  fc.record({ routes: fc.subarray([...all.routes]), rules: fc.subarray([...all.rules]) });
const all: FloatingSet = { routes: routes.map(place), rules };
const nothing: FloatingSet = { routes: [], rules: [] };

describe('what floats, compared', () => {
  it('is the same as the kernel tells of it', () => {
    expect(diffFloating({ wanted: all, unwanted: nothing }, seen(all))).toEqual({
      add: nothing,
      remove: nothing,
    });
  });

  it('is what is wanted once it is applied, and nothing that is not named goes', () => {
    fc.assert(
      fc.property(someOf(all), someOf(all), someOf(all), (wanted, there, named) => {
        const isWanted = new Set(namesIn(wanted));
        const unwanted = {
          routes: named.routes.filter(
            (route) => !isWanted.has(namesIn({ routes: [route], rules: [] })[0] ?? ''),
          ),
          rules: named.rules.filter((rule) => !isWanted.has(namesIn({ routes: [], rules: [rule] })[0] ?? '')),
        };
        const found = seen(there);
        const { add, remove } = diffFloating({ wanted, unwanted }, found);
        const after = {
          routes: [...found.routes.filter((route) => !remove.routes.includes(route)), ...seen(add).routes],
          rules: [...found.rules.filter((rule) => !remove.rules.includes(rule)), ...seen(add).rules],
        };
        expect(diffFloating({ wanted, unwanted }, after)).toEqual({ add: nothing, remove: nothing });
        const neither = namesIn(there).filter(
          (name) => !isWanted.has(name) && !namesIn(unwanted).includes(name),
        );
        expect(diffFloating({ wanted: nothing, unwanted }, found).remove.routes.length).toBeLessThanOrEqual(
          namesIn(there).length - neither.length,
        );
      }),
    );
  });

  it('is there once: of a rule whose priority is left to the kernel the copies go, others stay', () => {
    const [unplaced, placed, other] = ['', ' priority 7', ' priority 9'].map(
      (more) => parseRule(`from 10.9.0.100 table 9${more}`) ?? expect.fail(),
    ) as [VirtualRule, VirtualRule, VirtualRule];
    const diffOf = (wanted: readonly VirtualRule[], found: readonly VirtualRule[]) =>
      diffFloating(
        { wanted: { routes: [], rules: wanted }, unwanted: nothing },
        { routes: [], rules: found },
      );
    expect(diffOf([unplaced], [other, placed]).remove.rules).toEqual([placed]);
    expect(diffOf([unplaced, placed], [other, placed]).remove.rules).toEqual([]);
    expect(diffOf([placed], [other, placed]).remove.rules).toEqual([]);
  });

  it('of another gateway, device, source or mtu is replaced', () => {
    const [wanted] = routes.map(place);
    for (const text of [
      '10.1.0.0/16 via 10.9.0.7',
      '10.1.0.0/16 via 10.9.0.254 mtu 900',
      'blackhole 10.1.0.0/16',
    ]) {
      const found = seen({ routes: [{ route: parseRoute(text) ?? expect.fail(text) }], rules: [] });
      const diff = diffFloating(
        { wanted: { routes: wanted ? [wanted] : [], rules: [] }, unwanted: nothing },
        found,
      );
      expect(diff.remove.routes.length).toBe(1);
      expect(diff.add.routes).toEqual([wanted]);
    }
  });

  it('of any bytes reads without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeRoutes(bytes);
        decodeRule(bytes);
      }),
    );
    const whole = encodeRoute(routes[1] ?? expect.fail(), undefined);
    for (let length = 0; length < whole.length; length += 1) decodeRoutes(whole.subarray(0, length));
  });
});
