import { describe, expect, it } from 'vitest';
import { healthRoutes, prefersText } from '../../src/control/health-routes.ts';
import { listenerRoutes } from '../../src/control/listener-routes.ts';
import { controlRoutes } from '../../src/control/routes.ts';
import type { Daemon } from '../../src/daemon/daemon-ports.ts';
import type { HealthAnswer, HealthQuestion } from '../../src/daemon/report/health-answer.ts';
import { askRoute } from '../make/ask-route.ts';

const asked: HealthQuestion[] = [];
const routesFor = (answer: HealthAnswer | undefined) =>
  healthRoutes({
    health: async (question: HealthQuestion) => {
      asked.push(question);
      return answer;
    },
    monitor: async (about?: string) => (about === 'nobody' ? undefined : ({ about } as never)),
  });
const yes = { ok: true, reason: 'VI_1 is active' };
const no = { ok: false, reason: 'VI_1 is backup\n\u001b[2J: 10.9.0.1 is active' };

describe('a health endpoint', () => {
  it('says yes with 200 and no with 503, and why', async () => {
    for (const path of ['GET /healthz', 'GET /readyz', 'GET /active/*', 'GET /service/*']) {
      expect(await askRoute(routesFor(yes), path)).toEqual({ status: 200, body: yes });
      expect(await askRoute(routesFor(no), path)).toMatchObject({ status: 503, body: no });
    }
  });
  it('asks about what the path names', async () => {
    asked.length = 0;
    await askRoute(routesFor(yes), 'GET /active/*', '', { rest: 'VI_1/ipv6' });
    await askRoute(routesFor(yes), 'GET /service/*', '', { rest: 'tcp 192.168.6.240:80' });
    expect(asked).toEqual([
      { kind: 'active', about: 'VI_1/ipv6' },
      { kind: 'service', about: 'tcp 192.168.6.240:80' },
    ]);
  });
  it('says of an unknown name that it is one', async () => {
    expect(await askRoute(routesFor(undefined), 'GET /active/*', '', { rest: 'VI_9' })).toEqual({
      status: 404,
      body: {
        ok: false,
        reason: 'Cannot tell: expected a configured virtual router, sync group or virtual address, got VI_9',
      },
    });
  });
  it('answers in a line of text where that is asked for, with nothing that harms a terminal', async () => {
    expect(await askRoute(routesFor(yes), 'GET /active/*', '', { accept: 'text/plain' })).toEqual({
      ...{ status: 200, contentType: 'text/plain; charset=utf-8' },
      pieces: ['yes: VI_1 is active\n'],
    });
    expect(await askRoute(routesFor(no), 'GET /active/*', '', { accept: 'text/*' })).toMatchObject({
      ...{ status: 503, pieces: ['no: VI_1 is backup [2J: 10.9.0.1 is active\n'] },
    });
  });
  it.each([
    ['', false],
    ['*/*', false],
    ['text/plain', true],
    ['text/plain, application/json', false],
    ['application/json;q=0.5, text/plain', true],
    ['text/html, */*;q=0.8', false],
    ['TEXT/PLAIN;q=0.1', true],
    ['text/plain;q=x', false],
    [','.repeat(5000), false],
  ])('prefers text for %j: %s', (accept, text) => {
    expect(prefersText(accept)).toBe(text);
  });
});

describe('the monitor endpoint', () => {
  it('tells of one thing or of all, and of an unknown one that it is', async () => {
    expect(await askRoute(routesFor(yes), 'GET /monitor')).toEqual({
      status: 200,
      body: { about: undefined },
    });
    expect(await askRoute(routesFor(yes), 'GET /monitor', 'about=x')).toEqual({
      status: 200,
      body: { about: 'x' },
    });
    expect(await askRoute(routesFor(yes), 'GET /monitor', 'about=nobody')).toMatchObject({ status: 404 });
  });
});

describe('the listener', () => {
  it('has nothing of the control socket but what may be read by anybody', () => {
    const names = Object.keys(
      listenerRoutes(controlRoutes({} as Daemon, {}, () => ({ monotonicMs: 0, wallMs: 0, format: String }))),
    );
    expect(names.filter((name) => !/^(GET|HEAD) /.test(name))).toEqual([]);
    expect(names.filter((name) => /ping|status|plan|why|events/.test(name))).toEqual([]);
    for (const path of ['/healthz', '/readyz', '/active/*', '/service/*', '/monitor'])
      expect(names).toEqual(expect.arrayContaining([`GET ${path}`, `HEAD ${path}`]));
  });
});
