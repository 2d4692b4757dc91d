import { describe, expect, it } from 'vitest';
import type { ConfigEnvironment } from '../../../src/model/config/environment.ts';
import { errorLines, parseCfText, parseYamlText, warningLines } from '../../make/environment.ts';

/** Nobody may ask for a name while a config is read. */
const noResolver: Partial<ConfigEnvironment> = {
  resolveHost: (name) => expect.fail(`${name} was looked up while the config was read`),
};
const virtualOf = (reals: string, more = '') => {
  const result = parseYamlText(
    `virtual:\n  - address: 10.0.0.1:80\n    real: [${reals}]\n${more}`,
    noResolver,
  );
  expect(errorLines(result)).toEqual([]);
  return result.config?.virtuals[0];
};

describe('the name of a real server', () => {
  it('stays a name, with all settings of the server, and is not looked up', () => {
    const virtual = virtualOf(
      '"Web.Example.com:http masq 7", {address: db, weight: 3, upper_threshold: 9}, 10.0.0.2 gate',
    );
    expect(virtual?.namedReals).toMatchObject([
      {
        name: 'web.example.com',
        takes: 'all',
        port: 80,
        forward: 'masq',
        weight: 7,
        at: { line: 3, column: 12 },
      },
      { name: 'db', takes: 'all', port: 0, forward: 'gate', weight: 3, upperThreshold: 9 },
    ]);
    expect(virtual?.reals.map(({ address }) => address)).toEqual(['10.0.0.2']);
  });

  it('is judged like an address: ports, half a pair, a service without any server', () => {
    const lines = warningLines(
      parseYamlText('virtual:\n  - {address: 10.0.0.1:80, real: web:81 gate}\n', noResolver),
    );
    expect(lines.join()).toContain('Cannot forward to another port');
    expect(lines.join()).not.toContain('Cannot serve anyone');
    const half = 'virtual:\n  - {address: 10.0.0.1:80, real: [{address: web, request: /a}]}\n';
    expect(errorLines(parseYamlText(half, noResolver)).join()).toContain('Cannot use request of one server');
  });

  it('of an ldirectord.cf is one server', () => {
    const { config } = parseCfText('virtual=10.0.0.1:80\n    real=sql01:80 gate\n', noResolver);
    expect(config?.virtuals[0]?.namedReals).toMatchObject([{ name: 'sql01', takes: 'one', port: 80 }]);
  });

  it('of a fallback stays a name, in its place among the tiers', () => {
    const fallback = '[a.example.com, 10.0.0.9:81 masq, {address: "B:82", forward: masq, check: yes}, last]';
    const text = `virtual:\n  - {address: 10.0.0.1:80, checktype: connect, fallback: ${fallback}}\n`;
    const { config, problems } = parseYamlText(text, noResolver);
    expect(problems).toEqual([]);
    expect(config?.virtuals[0]).toMatchObject({
      fallbacks: [{ address: '10.0.0.9', port: 81, forward: 'masq', checked: true }],
      namedFallbacks: [
        { name: 'a.example.com', tier: 0, port: 80, checked: true },
        { name: 'b', tier: 2, port: 82, checked: true },
        { name: 'last', tier: 3, port: 80, checked: false },
      ],
    });
  });

  it('of a fallback of the top level is one of each service', () => {
    const text = 'fallback: sorry:80\nvirtual:\n  - {address: 10.0.0.1:80, real: [10.0.0.2 gate]}\n';
    const { config } = parseYamlText(text, noResolver);
    expect(config?.virtuals[0]?.namedFallbacks).toMatchObject([{ name: 'sorry', tier: 0, checked: false }]);
  });

  it('of a fallback beyond one that always serves is warned of', () => {
    const fallback = '[{address: a, check: no}, b]';
    const text = `virtual:\n  - {address: 10.0.0.1:80, real: [10.0.0.2 gate], fallback: ${fallback}}\n`;
    expect(parseYamlText(text, noResolver).problems.map(({ message }) => message)).toEqual([
      'Cannot reach fallback: expected check: yes for each before it, as one that is not checked always serves, got b:80',
    ]);
  });

  it('at the ends of a range and of a service is looked up here and now', () => {
    const text = 'virtual:\n  - {address: localhost:80, real: ["sql01->sql03:80 gate"]}\n';
    const { config } = parseYamlText(text);
    expect(config?.virtuals[0]).toMatchObject({
      id: { address: '127.0.0.1' },
      reals: [{ address: '10.77.0.1' }, { address: '10.77.0.2' }, { address: '10.77.0.3' }],
    });
    for (const key of ['namedReals', 'namedFallbacks']) expect(config?.virtuals[0]).not.toHaveProperty(key);
  });
});

describe('real_file', () => {
  it('is a path, and enough of servers', () => {
    const result = parseYamlText(
      'virtual:\n  - {address: 10.0.0.1:80, real_file: /etc/fleet.yaml}\n',
      noResolver,
    );
    expect([errorLines(result), warningLines(result)]).toEqual([[], []]);
    expect(result.config?.virtuals[0]?.realFile).toEqual({
      path: '/etc/fleet.yaml',
      at: { file: 'test.yaml', line: 2, column: 39 },
    });
  });
});

describe('the name of a unicast peer', () => {
  const routerOf = (peers: string, vips = '10.0.0.9') => {
    const head = 'vrrp:\n  - {name: A, interface: eth0, virtual_router_id: 1';
    const result = parseYamlText(
      `${head}, virtual_ipaddress: [${vips}], unicast_peer: [${peers}]}\n`,
      noResolver,
    );
    expect(errorLines(result)).toEqual([]);
    return result.config?.vrrp;
  };

  it('stays a name, with its bounds, beside those that are addresses', () => {
    expect(routerOf('LVS2, 10.0.0.3, lvs3.example.com min_ttl 250')?.[0]).toMatchObject({
      unicastPeers: ['10.0.0.3'],
      peerNames: [{ name: 'lvs2' }, { name: 'lvs3.example.com', minTtl: 250 }],
    });
  });

  it('is a peer of each family of the VIPs', () => {
    const routers = routerOf('lvs2', '10.0.0.9, "fe80::9"');
    expect(routers?.map(({ family, peerNames }) => [family, peerNames])).toEqual([
      ['inet', [{ name: 'lvs2' }]],
      ['inet6', [{ name: 'lvs2' }]],
    ]);
  });
});
