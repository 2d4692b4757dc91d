// Whom a converted file tells of new states: the scripts and FIFOs that keepalived would, as the same users.
import { describe, expect, it } from 'vitest';
import { convertedText } from '../../make/conversion.ts';

const instance = (more: string) =>
  `vrrp_instance A {\ninterface eth0\nvirtual_router_id 51\n${more}\nvirtual_ipaddress {\n192.0.2.99\n}\n}\n`;
const router = (more: string) => {
  const { config, notes } = convertedText(instance(more));
  return { router: config.vrrp[0] ?? expect.fail('no router'), notes };
};

describe('notify scripts', () => {
  it('takes the user of a notify script with it', () => {
    const { router: mine, notes } = router('notify_master "/bin/true a b" nobody nogroup\nnotify /bin/true');
    expect(mine.notify).toEqual({
      MASTER: { command: ['/bin/true', 'a', 'b'], user: 'nobody:nogroup' },
      every: { command: ['/bin/true'] },
    });
    expect(notes).toEqual([]);
  });

  it.each([
    ['notify_deleted', { tellsDeleted: true }],
    ['notify_deleted /bin/true', { tellsDeleted: true, DELETED: { command: ['/bin/true'] } }],
    ['notify_master_rx_lower_pri "/bin/true x"', { MASTER_RX_LOWER_PRI: { command: ['/bin/true', 'x'] } }],
  ])('a notify script: %s', (text, wanted) => {
    const { router: mine, notes } = router(text);
    expect(mine.notify).toEqual(wanted);
    expect(notes).toEqual([]);
  });
});

describe('FIFOs', () => {
  const fifos = (lines: string) => {
    const { config, notes } = convertedText(`global_defs {\n${lines}\n}\n${instance('')}`);
    return { fifos: config.fifos, notes: notes.filter((note) => note.includes('fifo')) };
  };

  it('have their owners, their scripts and the users of these', () => {
    const text =
      'script_user scripts\nnotify_fifo /run/a\nnotify_fifo_script "/bin/read x" nobody nogroup\n' +
      'vrrp_notify_fifo /run/v keepalived adm\nlvs_notify_fifo /run/l\nfifo_write_vrrp_states_on_reload';
    expect(fifos(text)).toEqual({
      notes: [],
      fifos: {
        statesOnReload: true,
        fifos: [
          {
            ...{ path: '/run/a', tells: ['routers', 'services'], owner: 'scripts' },
            ...{ script: ['/bin/read', 'x'], scriptUser: 'nobody:nogroup' },
          },
          { path: '/run/v', tells: ['routers'], owner: 'keepalived:adm' },
          { path: '/run/l', tells: ['services'], owner: 'scripts' },
        ],
      },
    });
  });

  it.each([
    ['notify_fifo /run/a\nvrrp_notify_fifo /run/a', [['/run/a', 2]], 'vrrp_notify_fifo: left out'],
    ['vrrp_notify_fifo /run/a\nlvs_notify_fifo /run/a', [['/run/a', 2]], undefined],
    [
      'vrrp_notify_fifo /run/a\nlvs_notify_fifo /run/a\nnotify_fifo /run/b',
      [
        ['/run/b', 2],
        ['/run/a', 1],
      ],
      'lvs_notify_fifo: left out',
    ],
    ['notify_fifo run/a', undefined, 'notify_fifo run/a: left out'],
    ['notify_fifo_script /bin/x', undefined, 'notify_fifo_script: left out'],
    ['notify_fifo /run/a\nnotify_fifo /run/b', [['/run/a', 2]], undefined],
  ])('%j', (text, wanted, note) => {
    const made = fifos(text);
    expect(made.fifos?.fifos.map(({ path, tells }) => [path, tells.length])).toEqual(wanted);
    if (note === undefined) expect(made.notes).toEqual([]);
    else expect(made.notes.join()).toContain(note);
  });
});
