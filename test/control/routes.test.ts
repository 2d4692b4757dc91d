import { describe, expect, it } from 'vitest';
import { controlRoutes } from '../../src/control/routes.ts';
import type { Daemon, Order } from '../../src/daemon/daemon-ports.ts';
import { err, ok, type Result } from '../../src/net/result.ts';
import { ask } from '../make/ask-route.ts';

/** What the daemon was told, by a question to POST /server. */
async function tell(words: string, kept = Promise.resolve<Result<void>>(ok(undefined))) {
  const orders: Order[] = [];
  const daemon = {
    operate: (order: Order) => {
      orders.push(order);
      return { services: ['tcp 192.168.6.240:80'], kept };
    },
  } as unknown as Daemon;
  const answer = await ask(
    controlRoutes(daemon, {}, () => ({ monotonicMs: 0, wallMs: 0, format: String })),
    'POST /server',
    words,
  );
  return { status: answer.status, order: orders[0], body: answer.body };
}
const real = '192.168.6.2:80';

describe('a word about a real server', () => {
  it('drains it, for as long as it takes or for a time', async () => {
    const drain = { override: { mode: 'drain' } };
    expect(await tell(`action=drain&real=${real}`)).toMatchObject({ status: 200, order: { real, ...drain } });
    expect(await tell(`action=drain&real=${real}&timeout_ms=60000`)).toMatchObject({
      status: 200,
      order: { real, ...drain, timeoutMs: 60_000 },
    });
    expect((await tell(`action=drain&real=${real}&timeout_ms=0`)).order).toMatchObject({ timeoutMs: 0 });
  });
  it('is refused where its time makes no sense', async () => {
    for (const timeout of ['x', '-1', '1.5', '', '604800001', '99999999999999999999']) {
      expect(await tell(`action=drain&real=${real}&timeout_ms=${timeout}`)).toMatchObject({ status: 400 });
    }
  });
  it('disables, enables or weighs it', async () => {
    expect((await tell(`action=disable&real=${real}`)).order).toEqual({
      real,
      override: { mode: 'disable' },
    });
    expect((await tell(`action=enable&real=${real}&service=x`)).order).toEqual({ real, service: 'x' });
    const weight = { mode: 'weight', weight: 7 };
    expect((await tell(`action=weight&real=${real}&weight=7`)).order).toEqual({ real, override: weight });
    for (const wrong of ['', '65536', '-1', 'x']) {
      expect((await tell(`action=weight&real=${real}&weight=${wrong}`)).status).toBe(400);
    }
  });
  it('says where it will not outlive the daemon', async () => {
    const services = ['tcp 192.168.6.240:80'];
    const why = 'Cannot keep /x: no space';
    expect((await tell(`action=disable&real=${real}`)).body).toEqual({ services });
    expect(await tell(`action=disable&real=${real}`, Promise.resolve(err(why)))).toMatchObject({
      status: 200,
      body: { services, unkept: why },
    });
  });
});
