import { describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import { checksOf } from '../../../src/model/checks/checks-of.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { formatConfig } from '../../../src/render/config.ts';
import { parseYamlText } from '../../make/environment.ts';

const load = parseYamlText;
const service = (keys: string) =>
  `virtual:\n  - address: 10.0.0.1:80\n    ${keys.trim().replaceAll('\n', '\n    ')}\n`;

function virtualOf(keys: string): VirtualConfig {
  const { config, problems } = load(service(keys));
  expect(problems).toEqual([]);
  return config?.virtuals[0] ?? expect.fail('no service');
}

/** What is asked of each server, how often, and by how many failures it goes. */
const askedBy = (virtual: VirtualConfig) =>
  virtual.reals.map((each) =>
    checksOf(virtual, each).map(({ virtual: as, real }) => ({
      ...checkPlanOf(as, real).main,
      ...{ everyMs: as.checkintervalMs, fall: as.fall },
    })),
  );

describe('a list of checks', () => {
  it('takes the place of the one check, and has of the service what each leaves out', () => {
    const virtual = virtualOf(`
checkinterval: 5s
negotiatetimeout: 4s
virtualhost: www.example.org
checks:
  - request: /health
  - {checktype: connect, checkport: 443, checkinterval: 30s, fall: 3, checktimeout: 2s}
real: [10.0.0.2 masq]`);
    expect(askedBy(virtual)).toMatchObject([
      [
        {
          target: { kind: 'http', path: '/health', virtualhost: 'www.example.org', port: 80 },
          ...{ everyMs: 5000, fall: 1 },
        },
        { target: { kind: 'connect', port: 443 }, timeoutMs: 2000, everyMs: 30_000, fall: 3 },
      ],
    ]);
  });
  it('of a server takes the place of those of its service', () => {
    const virtual = virtualOf(`
request: /health
real:
  - 10.0.0.2 masq
  - {address: 10.0.0.3, forward: masq, checks: [{}, {checktype: ping}]}
  - {address: 10.0.0.4, forward: masq, checks: [{checktype: on}]}`);
    expect(askedBy(virtual)).toMatchObject([
      [{ target: { kind: 'http', path: '/health' }, everyMs: 10_000, fall: 1 }],
      [{ target: { kind: 'http', path: '/health' } }, { target: { kind: 'ping' } }],
      [{ target: { kind: 'on' } }],
    ]);
  });
  it('prefers its own request to that of the server, and that to the service’s', () => {
    const virtual = virtualOf(`
urls: [{request: /shared}]
checks: [{request: /own}, {}, {checkport: 8080, urls: [{request: /listed}]}]
real:
  - {address: 10.0.0.2, forward: masq, request: /server, receive: ""}
  - 10.0.0.3 masq`);
    expect(askedBy(virtual).map((checks) => checks.map(({ target }) => target))).toMatchObject([
      [{ path: '/own' }, { path: '/server' }, { path: '/listed' }],
      [{ path: '/own' }, { path: '/shared' }, { path: '/listed' }],
    ]);
  });
  it('asks the agent of the service once', () => {
    const virtual = virtualOf(`
agent_port: 7000
checks: [{request: /a}, {request: /b}]
real: [10.0.0.2 masq]`);
    expect(askedBy(virtual)).toMatchObject([
      [{ target: { kind: 'with-agent' } }, { target: { kind: 'http', path: '/b' } }],
    ]);
  });
  it('is shown by check, with what each does otherwise', () => {
    const { config } = load(
      service(`checks: [{request: /a}, {checktype: connect, checkport: 443, checkinterval: 2s, fall: 3, rise: 2}]
real: [10.0.0.2 masq]`),
    );
    expect(config === undefined ? '' : formatConfig(config)).toContain(
      'GET http://10.0.0.2:80/a (at most 30s); and connect to port 443 (at most 5s), every 2s, down after 3 failure(s), back after 2 success(es)',
    );
  });
});
