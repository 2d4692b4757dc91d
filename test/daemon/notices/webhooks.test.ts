// Which events a webhook is told, what is posted, how often it is tried, and that none of it holds up another webhook or shows
// a secret.
import { beforeEach, describe, expect, it } from 'vitest';
import { createWebhooks, type Webhooks } from '../../../src/daemon/notices/webhooks.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { Config } from '../../../src/model/config/config.ts';
import type { WebhookConfig } from '../../../src/model/config/webhook.ts';
import type { WebhookAnswer, WebhookRequest } from '../../../src/ports/webhook.ts';
import { parseYamlText } from '../../make/environment.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

type Answer = WebhookAnswer | Error | 'silent';
const ok: Answer = { status: 200, body: '' };
const startMs = Date.UTC(2026, 0, 1);

let time: VirtualTime;
let posted: WebhookRequest[];
let told: JournalEvent[];
let answers: Map<string, Answer[]>;
let webhooks: Webhooks;

const down: JournalEvent = {
  event: 'real.down',
  service: 'tcp 10.0.0.1:80',
  real: '10.0.0.2:80',
  detail: 'a <b> & c',
  failures: 3,
};
const up: JournalEvent = {
  event: 'real.up',
  service: 'tcp 10.0.0.1:80',
  real: '10.0.0.2:80',
  detail: 'HTTP 200',
};

const configOf = (hooks: string, more = ''): Config => {
  const { config, problems } = parseYamlText(
    `webhooks:\n${hooks}\nvirtual:\n  - address: 10.0.0.1:80\n    real: [10.0.0.2:80 gate${more}]\n`,
  );
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
};

beforeEach(() => {
  time = createVirtualTime();
  const begun = time.now();
  let ids = 0;
  [posted, told, answers] = [[], [], new Map()];
  webhooks = createWebhooks({
    clock: time,
    now: () => startMs + (time.now() - begun) / 1000,
    rfc3339: (ms) => new Date(ms).toISOString(),
    newId: () => {
      ids += 1;
      return `id${ids}`;
    },
    journal: (event) => {
      told.push(event);
      webhooks.heard(event);
    },
    send: (request, signal) => {
      posted.push(request);
      const [answer = ok, ...rest] = answers.get(request.url) ?? [];
      if (rest.length > 0) answers.set(request.url, rest);
      if (answer === 'silent')
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        );
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
});

const one =
  '  - {url: "http://a.example/k3y", secret: geheimnis, headers: ["X-Key: kopfzeile", "Authorization: Bearer wert-im-kopf"]}';
const bodies = () => posted.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
const lines = () =>
  told.flatMap((event) =>
    event.event === 'notice.failed'
      ? [`${event.about}: ${event.reason}; ${event.retry_s ?? 'given up'}`]
      : event.event === 'notice.lost'
        ? [`lost ${event.notices}: ${event.reason}`]
        : [],
  );

describe('an event', () => {
  it('is posted as JSON with all of its fields', async () => {
    webhooks.configure(configOf(one));
    webhooks.heard(down);
    await time.advance(0);
    expect(bodies()).toEqual([
      {
        ...{
          event: 'real.down',
          level: 'warn',
          message: '10.0.0.2:80 of tcp 10.0.0.1:80 is down after 3 failure(s): a <b> & c',
        },
        ...{ service: 'tcp 10.0.0.1:80', real: '10.0.0.2:80', detail: 'a <b> & c', failures: 3 },
        ...{ director: 'testhost', timestamp: '2026-01-01T00:00:00.000Z', id: 'id1' },
      },
    ]);
    expect(posted[0]).toMatchObject({
      id: 'id1',
      secret: 'geheimnis',
      headers: [
        ['X-Key', 'kopfzeile'],
        ['Authorization', 'Bearer wert-im-kopf'],
      ],
      verify: true,
    });
  });
  it('is a text for Slack, in which three characters are escaped', async () => {
    webhooks.configure(configOf('  - {url: "http://a.example/", template: slack}'));
    webhooks.heard(down);
    await time.advance(0);
    expect(bodies()).toEqual([{ text: expect.stringContaining('*testhost* real.down: ') }]);
    expect(bodies()[0]?.text).toContain('a &lt;b&gt; &amp; c');
  });
  it('is posted where its level and its name are asked for', async () => {
    webhooks.configure(
      configOf(
        '  - {name: w, url: "http://w/"}\n  - {name: u, url: "http://u/", events: [real.up]}\n  - {name: r, url: "http://r/", events: ["real.*"], level: info}\n  - {name: v, url: "http://v/", events: ["vrrp.*"]}\n  - {name: e, url: "http://e/", level: error}',
      ),
    );
    webhooks.heard(down);
    webhooks.heard(up);
    await time.advance(0);
    expect(posted.map(({ url, body }) => `${url} ${JSON.parse(body).event}`).sort()).toEqual([
      'http://r/ real.down',
      'http://r/ real.up',
      'http://u/ real.up',
      'http://w/ real.down',
    ]);
  });
  it('is made harmless', async () => {
    webhooks.configure(configOf(one));
    webhooks.heard({ ...down, detail: 'a\u202eb password=geheim' });
    await time.advance(0);
    expect(posted[0]?.body).toContain('a b password=***');
  });
});

describe('a receiver', () => {
  const url = 'http://a.example/k3y';
  it('that is away, full or broken is asked again with the same id, as late as it wishes', async () => {
    answers.set(url, [
      new Error('connect ECONNREFUSED'),
      { status: 503, body: 'later' },
      { status: 429, body: '', retryAfter: '120' },
      ok,
    ]);
    webhooks.configure(configOf(one));
    webhooks.heard(down);
    await time.advance(200_000);
    expect(posted.map(({ id }) => id)).toEqual(['id1', 'id1', 'id1', 'id1']);
    expect(lines()).toEqual([
      'real.down: connect ECONNREFUSED; 1',
      'real.down: HTTP 503: later; 2',
      'real.down: HTTP 429; 120',
    ]);
  });
  it.each([
    [{ status: 404, body: 'no such hook' }, 'HTTP 404: no such hook'],
    [{ status: 302, body: '' }, 'HTTP 302 (no redirect is followed)'],
    [{ status: 401, body: 'x'.repeat(3000) }, 'HTTP 401: xxx'],
  ])('that refuses is not asked again: %#', async (answer, reason) => {
    answers.set(url, [answer]);
    webhooks.configure(configOf(one));
    webhooks.heard(down);
    await time.advance(600_000);
    expect(posted).toHaveLength(1);
    expect(lines()[0]).toContain(reason);
    expect(lines()[0]?.length).toBeLessThan(400);
    expect(lines()).toContain('lost 1: refused');
  });
  it('that says back what it was sent shows no secret', async () => {
    const said = 'path /k3y key geheimnis header kopfzeile wert-im-kopf \u001b[31m';
    answers.set(url, [{ status: 400, body: said }]);
    webhooks.configure(configOf(one));
    webhooks.heard(down);
    await time.advance(0);
    expect(lines()[0]).toContain('HTTP 400');
    expect(lines()[0]).not.toMatch(/k3y|geheimnis|kopf/);
    expect(lines()[0]).not.toContain('\u001b');
  });
  it('that is silent holds up no other, and is given up in time', async () => {
    answers.set('http://slow/', ['silent']);
    webhooks.configure(
      configOf(
        '  - {name: slow, url: "http://slow/", timeout: 60, deadline: 90}\n  - {name: b, url: "http://b/"}',
      ),
    );
    webhooks.heard(down);
    webhooks.heard(down);
    await time.advance(0);
    expect(posted.filter(({ url: each }) => each === 'http://b/')).toHaveLength(2);
    await time.advance(200_000);
    expect(lines()).toContain('lost 1: nobody took them in time');
    expect(webhooks.status()).toMatchObject([
      { sink: 'webhook slow', waiting: 0, lost: 2 },
      { waiting: 0, lost: 0 },
    ]);
  });
  it('is never told of its own failures', async () => {
    answers.set(url, [{ status: 404, body: '' }]);
    webhooks.configure(configOf('  - {url: "http://a.example/k3y", level: debug}'));
    webhooks.heard(down);
    await time.advance(60_000);
    expect(posted).toHaveLength(1);
  });
});

describe('a reload', () => {
  it('posts what waits to where the config says now, with the key of now', async () => {
    answers.set('http://a.example/k3y', [new Error('away')]);
    webhooks.configure(configOf(one));
    webhooks.heard(down);
    await time.advance(0);
    webhooks.configure(configOf('  - {url: "http://a.example/new", secret: anderes-geheimnis}'));
    await time.advance(5000);
    expect(posted.at(-1)).toMatchObject({
      url: 'http://a.example/new',
      secret: 'anderes-geheimnis',
      id: 'id1',
    });
  });
  it('ends what is configured no more, and says what is lost by it', async () => {
    answers.set('http://a.example/k3y', [new Error('away')]);
    webhooks.configure(configOf(one));
    webhooks.heard(down);
    await time.advance(0);
    webhooks.configure(configOf('  - {url: "http://b.example/"}'));
    await time.advance(30_000);
    expect(lines()).toContain('lost 1: the daemon ended');
    webhooks.heard(down);
    await time.advance(0);
    expect(posted.at(-1)?.url).toBe('http://b.example/');
  });
});

describe('an Alertmanager', () => {
  const alertmanager = '  - {url: "http://am/api/v2/alerts", template: alertmanager}';
  const alerts = () =>
    posted.flatMap(
      ({ body }) =>
        JSON.parse(body) as { labels: Record<string, string>; startsAt: string; endsAt: string }[],
    );
  it('is told that a server is down until it is up', async () => {
    webhooks.configure(configOf(alertmanager));
    webhooks.heard(down);
    await time.advance(1000);
    webhooks.heard(up);
    await time.advance(0);
    const labels = {
      alertname: 'LvsServerDown',
      severity: 'warning',
      service: 'tcp 10.0.0.1:80',
      real: '10.0.0.2:80',
      director: 'testhost',
      job: 'lvs-director',
    };
    expect(alerts()).toEqual([
      expect.objectContaining({
        labels,
        startsAt: '2026-01-01T00:00:00.000Z',
        endsAt: '2026-01-01T00:04:00.000Z',
      }),
      expect.objectContaining({
        labels,
        startsAt: '2026-01-01T00:00:00.000Z',
        endsAt: '2026-01-01T00:00:01.000Z',
      }),
    ]);
  });
  it('is told again each minute what holds, and no more when it does not', async () => {
    webhooks.configure(configOf(alertmanager));
    webhooks.heard(down);
    await time.advance(125_000);
    expect(alerts().map(({ startsAt, endsAt }) => `${startsAt} ${endsAt}`)).toEqual([
      '2026-01-01T00:00:00.000Z 2026-01-01T00:04:00.000Z',
      '2026-01-01T00:00:00.000Z 2026-01-01T00:05:00.000Z',
      '2026-01-01T00:00:00.000Z 2026-01-01T00:06:00.000Z',
    ]);
    webhooks.heard(up);
    await time.advance(300_000);
    expect(alerts()).toHaveLength(4);
  });
  it('is told again each minute though the file is read again every half', async () => {
    webhooks.configure(configOf(alertmanager));
    webhooks.heard(down);
    for (let half = 0; half < 4; half++) {
      await time.advance(30_000);
      webhooks.configure(configOf(alertmanager));
    }
    await time.advance(0);
    expect(alerts()).toHaveLength(3);
  });
  it('is told that what a reload has taken out of the config is over', async () => {
    webhooks.configure(configOf(alertmanager));
    webhooks.heard(down);
    await time.advance(1000);
    webhooks.configure(configOf(alertmanager, ', 10.0.0.3:80 gate'));
    await time.advance(0);
    expect(alerts()).toHaveLength(1);
    const { config } = parseYamlText(
      `webhooks:\n${alertmanager}\nvirtual:\n  - address: 10.0.0.1:80\n    real: [10.0.0.3:80 gate]\n`,
    );
    webhooks.configure(config as Config);
    await time.advance(0);
    expect(alerts().at(-1)).toMatchObject({ endsAt: '2026-01-01T00:00:01.000Z' });
  });
  it('is told of each pair, and of the fault of a router', async () => {
    webhooks.configure(configOf(alertmanager));
    const transition = {
      event: 'vrrp.transition',
      instance: 'VI_1',
      vrid: 5,
      interface: 'eth0',
      priority: 100,
    } as const;
    const reason = 'link_down';
    webhooks.heard({ ...transition, from: 'backup', to: 'fault', reason });
    webhooks.heard({ ...transition, from: 'fault', to: 'backup', reason });
    webhooks.heard({ ...transition, from: 'backup', to: 'active', reason });
    webhooks.heard({ event: 'service.quorum_lost', service: 's', weight: 0, quorum: 1, hysteresis: 0 });
    webhooks.heard({ event: 'service.quorum_gained', service: 's', weight: 0, quorum: 1, hysteresis: 0 });
    await time.advance(0);
    expect(
      alerts().map(
        ({ labels, startsAt, endsAt }) => `${labels.alertname} ${startsAt === endsAt ? 'over' : 'on'}`,
      ),
    ).toEqual(['LvsVrrpFault on', 'LvsVrrpFault over', 'LvsQuorumLost on', 'LvsQuorumLost over']);
  });
  it('is told for five minutes of what nothing resolves, at level warn and above', async () => {
    webhooks.configure(configOf(alertmanager));
    webhooks.heard({ event: 'log.lost', sink: 'x', lines: 3 });
    webhooks.heard({ event: 'daemon.stopping', reason: 'SIGTERM' });
    await time.advance(0);
    expect(alerts()).toMatchObject([
      { labels: { alertname: 'LvsEvent', event: 'log.lost' }, endsAt: '2026-01-01T00:05:00.000Z' },
    ]);
  });
  it('keeps a thousand alerts at most', async () => {
    webhooks.configure(configOf(alertmanager));
    for (let index = 0; index < 1500; index++) webhooks.heard({ ...down, real: `10.1.0.2:${index}` });
    await time.advance(30_000);
    posted = [];
    await time.advance(60_000);
    expect(alerts()).toHaveLength(1000);
  });
});

it('says nothing where there is no webhook', async () => {
  const config: Config & { webhooks?: readonly WebhookConfig[] } = { ...configOf(one) };
  delete (config as { webhooks?: unknown }).webhooks;
  webhooks.configure(config);
  webhooks.heard(down);
  await time.advance(0);
  expect(posted).toEqual([]);
});
