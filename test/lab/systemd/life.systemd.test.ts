// The life of a pair under systemd: how a director starts, reloads, restarts, dies, hangs, reboots and stops, as whoever
// types `systemctl` sees it, and that the client of the address hardly ever notices. The tests follow each other: each begins
// with both directors running and lvs1 active, and leaves it so.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/explain/report/report.ts';
import { messageIds } from '../../../src/journal/message-ids.ts';
import type { EventRecord } from '../../../src/journal/record.ts';
import { byTheClock } from '../harness/by-the-clock.ts';
import { createLab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  configFile,
  createSite,
  director,
  holds,
  isActiveUnit,
  mark,
  onProcesses,
  pairConfig,
  property,
  type Site,
  serves,
  told,
  unanswered,
  waitToTell,
  writeConfig,
} from './site.ts';

const lab = createLab();
let site: Site;
let lvs1: Machine;
let lvs2: Machine;

beforeAll(async () => {
  site = await createSite(lab);
  [lvs1, lvs2] = await Promise.all([director(site, 'lvs1', pairConfig), director(site, 'lvs2', pairConfig)]);
  // One after the other: who is active first is a matter of who is ready first.
  await lvs1.run('systemctl enable --now lvs-director');
  await serves(lvs1);
  await lvs2.run('systemctl enable --now lvs-director');
});
afterAll(() => lab.dispose());
beforeEach(async () => {
  await writeConfig(lvs1, pairConfig);
  if (await isActiveUnit(lvs1)) return;
  // After a test that failed.
  await lvs1.run('systemctl reset-failed lvs-director; systemctl start lvs-director');
  await serves(lvs1);
});

describe('the unit', () => {
  it('is without fault to systemd itself', async () => {
    const { stdout, stderr } = await lvs1.attempt('systemd-analyze verify lvs-director.service');
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes('lvs-director'))).toEqual([]);
  });

  it('is active when the daemon is ready', async () => {
    const events = (await told(lvs1)).map(({ event }) => event);
    expect(events).toContain('daemon.ready');
    expect(await property(lvs1, 'StatusErrno')).toBe('0');
    expect(await isActiveUnit(lvs2)).toBe(true);
    expect(await holds(lvs2)).toBe(false);
  });

  it('grants the VRRP process the real-time class and locked memory', async () => {
    const said = await onProcesses(lvs1, 'chrt -p $VRRP; grep VmLck /proc/$VRRP/status');
    expect(said).toMatch(/SCHED_RR/);
    expect(said).toMatch(/VmLck:\s+[1-9]/);
  });
});

describe('a reload', () => {
  it('of a good file succeeds', async () => {
    const since = await mark(lvs1);
    await writeConfig(lvs1, pairConfig.replace('checkinterval: 5', 'checkinterval: 4'));
    await lvs1.run('systemctl reload lvs-director');
    expect((await told(lvs1, since)).map(({ event }) => event)).toContain('daemon.reloaded');
  });

  it('of a bad file fails, says where, and changes nothing', async () => {
    const since = await mark(lvs1);
    await writeConfig(lvs1, pairConfig.replace('scheduler', 'scheduller'));
    expect((await lvs1.attempt('systemctl reload lvs-director')).status).not.toBe(0);
    expect((await lvs1.attempt('systemctl status lvs-director')).stdout).toContain(`${configFile}:12:5`);
    expect(await told(lvs1, since)).toContainEqual(
      expect.objectContaining({ event: 'daemon.reload_rejected', priority: 3 }),
    );
    // Once, though both the daemon and who asked it know.
    expect((await told(lvs1, since)).filter(({ said }) => said.includes('scheduller'))).toHaveLength(1);
    expect(await isActiveUnit(lvs1)).toBe(true);
    expect(await holds(lvs1)).toBe(true);
  });

  it('is found by its level: errors by journalctl -p err, information not', async () => {
    const errors = await lvs1.run('journalctl -q -p err -u lvs-director -o cat');
    expect(errors).toContain('daemon.reload_rejected');
    expect(errors).not.toContain('daemon.ready');
    for (const { event, level, priority, said } of await told(lvs1)) {
      // A line is no JSON, and none has a prefix of a level.
      expect(said).not.toMatch(/^[<{]/);
      if (event !== undefined) expect(priority).toBe({ error: 3, warn: 4, info: 6 }[String(level)]);
    }
  });
});

describe('the journal', () => {
  const found = async (...words: readonly string[]) =>
    (await lvs1.run(`journalctl -q -a -o json ${words.join(' ')}`))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, string>>);

  it('has each event once, with its MESSAGE_ID, its fields and who said it', async () => {
    const active = await found('LVS_EVENT=vrrp.transition', 'LVS_INSTANCE=VI_1', 'LVS_TO=active', '-n 1');
    expect(active).toMatchObject([
      {
        ...{ MESSAGE_ID: messageIds['vrrp.transition'], PRIORITY: '6', SYSLOG_IDENTIFIER: 'lvs-director' },
        ...{ LVS_VRID: '51', LVS_PRIORITY: '150', LVS_INTERFACE: 'eth0' },
        ...{ _SYSTEMD_UNIT: 'lvs-director.service', _TRANSPORT: 'journal' },
        MESSAGE: expect.stringMatching(/^vrrp\.transition: VI_1/),
      },
    ]);
    const byId = await found(`MESSAGE_ID=${messageIds['daemon.ready']}`);
    expect(byId.map(({ LVS_EVENT }) => LVS_EVENT)).toEqual(byId.map(() => 'daemon.ready'));
    const ready = (await told(lvs1)).filter(({ said }) => said.includes('daemon.ready'));
    expect(ready).toHaveLength(byId.length);
    // What commands of the unit say to people comes by their streams, and no event does.
    const streamed = await found('-u lvs-director', '_TRANSPORT=stdout');
    expect(streamed.filter(({ MESSAGE = '' }) => /^\{|^[a-z]+\.[a-z_]+: /.test(MESSAGE))).toEqual([]);
  });

  it('gives the past back: events of it are those that the daemon keeps, and a report of both directors is made of it', async () => {
    const entries = 'journalctl -q -a -o json -u lvs-director';
    const events = (text: string): EventRecord[] =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const kept = events(await lvs1.run('lvs-director events --json'));
    const read = events(await lvs1.run(`${entries} | lvs-director events --json --file -`));
    expect(kept.length).toBeGreaterThan(10);
    // What is below the level of the log is kept all the same.
    expect(read).toEqual(expect.arrayContaining(kept.filter(({ level }) => level !== 'debug')));
    const both = `${await lvs1.run(entries)}${await lvs2.run(entries)}`;
    const report: Report = JSON.parse(await lvs1.run('lvs-director report --json --file -', both));
    expect(report.directors).toEqual(['lvs1', 'lvs2']);
    expect(report.runs.map(({ director }) => director)).toEqual(expect.arrayContaining(['lvs1', 'lvs2']));
    expect(report.failovers[0]).toMatchObject({ to: 'lvs1' });
  });

  it('says with journalctl -x what an event means, and what to do', async () => {
    const explained = await lvs1.run(`journalctl -q -x -o short LVS_EVENT=daemon.reload_rejected -n 1`);
    expect(explained).toMatch(/^-- Subject: daemon\.reload_rejected/m);
    expect(explained).toMatch(/The running config stays in force/);
  });

  it('has all that was said while journald stood still, and nothing waited for it', async () => {
    const since = await mark(lvs1);
    await lvs1.run('pkill -STOP -x systemd-journal');
    await lvs1.run('for round in $(seq 30); do lvs-director reload >/dev/null; done; sleep 6');
    expect(await holds(lvs1)).toBe(true);
    await lvs1.run('pkill -CONT -x systemd-journal');
    await waitUntil(
      async () => (await told(lvs1, since)).filter(({ event }) => event === 'daemon.reloaded').length === 30,
      { timeoutMs: 60_000, everyMs: 500, what: 'the journal has the thirty reloads' },
    );
    const lost = (await told(lvs1, since)).filter(({ event }) => /log\.|process_lost/.test(String(event)));
    expect(lost).toEqual([]);
  });

  it('has the lines of /dev/log too, with their facility, and knows who wrote them', async () => {
    await writeConfig(lvs1, `${pairConfig}log: {syslog: {facility: local0}}\n`);
    await lvs1.run('lvs-director reload');
    const lines = await waitUntil(
      async () => (await lvs1.attempt('journalctl -q -o json _TRANSPORT=syslog SYSLOG_FACILITY=16')).stdout,
      { timeoutMs: 60_000, everyMs: 300, what: 'a line of syslog' },
    );
    expect(JSON.parse(lines.split('\n')[0] ?? '')).toMatchObject({
      ...{ SYSLOG_IDENTIFIER: 'lvs-director', PRIORITY: '6', _SYSTEMD_UNIT: 'lvs-director.service' },
      ...{
        SYSLOG_PID: await property(lvs1, 'MainPID'),
        MESSAGE: expect.stringMatching(/^daemon\.reloaded: /),
      },
    });
    await writeConfig(lvs1, pairConfig);
    await lvs1.run('lvs-director reload');
  });
});

describe('no question to the address stays without an answer', () => {
  it('when the active director is restarted', async () => {
    const lost = await unanswered(site.client, async () => {
      await lvs1.run('systemctl restart lvs-director');
      await serves(lvs1);
    });
    expect(lost).toBe(0);
  });

  it.each([
    ['its main process is killed', 'kill -9 $MAIN'],
    ['its VRRP process is killed', 'kill -9 $VRRP'],
  ])('when %s', async (_, script) => {
    const lost = await unanswered(site.client, async () => {
      const since = await mark(lvs1);
      await onProcesses(lvs1, script);
      await waitToTell(lvs1, 'vrrp.process_started', { since });
      await serves(lvs1);
    });
    expect(lost).toBe(0);
  });

  it('when its main process hangs, and the journal tells the story', async () => {
    const since = await mark(lvs1);
    const lost = await unanswered(site.client, async () => {
      await onProcesses(lvs1, 'kill -STOP $MAIN');
      await waitUntil(() => holds(lvs2), { timeoutMs: 60_000, what: 'lvs2 takes over' });
      await waitToTell(lvs1, 'daemon.ready', { since });
      await serves(lvs1);
    });
    expect(lost).toBe(0);
    const story = await told(lvs1, since);
    const lostIt = story.find(({ event }) => event === 'vrrp.supervisor_lost');
    expect(lostIt).toMatchObject({ level: 'error', priority: 3, reason: expect.stringContaining('silent') });
    for (const { event, level, message, timestamp } of story.filter((entry) => 'event' in entry))
      expect([event, typeof level, typeof message, typeof timestamp]).toEqual([
        event,
        ...Array(3).fill('string'),
      ]);
    const names = story.map(({ event, to }) => [event, to].filter(Boolean).join(' '));
    const order = ['vrrp.supervisor_lost', 'vrrp.transition leaving', 'vip.removed', 'daemon.started'];
    expect(names.filter((name) => order.includes(name)).slice(0, order.length)).toEqual(order);
    expect(story.some(({ said }) => said.includes('Watchdog timeout'))).toBe(true);
  });

  it('when its VRRP process hangs', async () => {
    const lost = await unanswered(site.client, async () => {
      const since = await mark(lvs1);
      await onProcesses(lvs1, 'kill -STOP $VRRP');
      await waitToTell(lvs1, 'vrrp.process_lost', { since });
      await serves(lvs1);
    });
    expect(lost).toBe(0);
  });

  it(
    'when both of its processes hang: its lease ends after the peer has taken over',
    byTheClock('it measures a lease of the kernel'),
    async () => {
      const since = await mark(lvs1);
      const lost = await unanswered(site.client, async () => {
        await onProcesses(lvs1, 'kill -STOP $MAIN $VRRP');
        await waitUntil(async () => (await holds(lvs2)) && !(await holds(lvs1)), {
          timeoutMs: 60_000,
          what: 'lvs2 takes over, lvs1 lets go',
        });
        await waitToTell(lvs1, 'daemon.ready', { since });
        await serves(lvs1);
      });
      expect(lost).toBe(0);
    },
  );

  it('when it reboots: it hands over before its network goes', async () => {
    const boots = lvs1.boots();
    const lost = await unanswered(site.client, async () => {
      await lvs1.run('systemctl reboot');
      await waitUntil(() => lvs1.boots() > boots, { timeoutMs: 120_000, what: 'lvs1 reboots' });
      await lvs1.up();
      await serves(lvs1);
    });
    expect(lost).toBe(0);
    const lines = (await lvs1.run('journalctl -q -b -1 -o cat')).split('\n');
    const removed = lines.findIndex((line) => line.startsWith('vip.removed: '));
    const stopped = lines.findIndex((line) => line.startsWith('Stopped lvs-director'));
    const network = lines.findIndex((line) => line.startsWith('Stopping systemd-networkd.service'));
    expect(removed).toBeGreaterThan(0);
    expect(stopped).toBeGreaterThan(removed);
    expect(network).toBeGreaterThan(stopped);
  });
});

describe('a stop', () => {
  it('leaves nothing behind, and the peer has the address', async () => {
    const lost = await unanswered(site.client, async () => {
      await lvs1.run('systemctl stop lvs-director');
      await serves(lvs2);
    });
    expect(lost).toBe(0);
    expect(await holds(lvs1)).toBe(false);
    expect((await lvs1.attempt('ls /run/lvs-director')).status).not.toBe(0);
    expect((await lvs1.attempt("pgrep -f '[v]rrp-process|[l]vs-director run'")).stdout).toBe('');
    expect(await property(lvs1, 'Result')).toBe('success');
    await lvs1.run('systemctl start lvs-director');
    await serves(lvs1);
  });
});
