// FIFOs and the users of notify scripts, as they are written: what each means, and what has no effect.
import { describe, expect, it } from 'vitest';
import { parseCfText, parseYamlText } from '../../make/environment.ts';

const router = (more = '') => `vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: 100
    virtual_ipaddress: [192.0.2.99/24]
    ${more}
`;
describe('a FIFO', () => {
  it('is of all, of routers, or of services; its owner is script_user where none is named', () => {
    const text = `script_user: scripts
notify_fifo: /run/all
notify_fifo_script: /bin/read "a b"
vrrp_notify_fifo: /run/vrrp
vrrp_notify_fifo_user: nobody:adm
lvs_notify_fifo: /run/lvs
lvs_notify_fifo_script: /bin/read
lvs_notify_fifo_script_user: nobody
fifo_write_vrrp_states_on_reload: yes
${router()}`;
    expect(parseYamlText(text).config?.fifos).toEqual({
      statesOnReload: true,
      fifos: [
        {
          ...{ path: '/run/all', tells: ['routers', 'services'] },
          ...{ owner: 'scripts', script: ['/bin/read', 'a b'] },
        },
        { path: '/run/vrrp', tells: ['routers'], owner: 'nobody:adm' },
        {
          ...{ path: '/run/lvs', tells: ['services'], owner: 'scripts' },
          ...{ script: ['/bin/read'], scriptUser: 'nobody' },
        },
      ],
    });
  });

  it('is there in the other grammar too', () => {
    const { config } = parseCfText('notify_fifo=/run/all\nnotify_fifo_user=nobody\n');
    expect(config?.fifos?.fifos).toEqual([
      { path: '/run/all', tells: ['routers', 'services'], owner: 'nobody' },
    ]);
  });
});

describe('notify scripts', () => {
  it.each([
    ['notify_deleted: yes', { tellsDeleted: true }],
    ['notify_deleted: no', undefined],
    ['notify_deleted: /bin/d x', { tellsDeleted: true, DELETED: { command: ['/bin/d', 'x'] } }],
    ['notify_master_rx_lower_pri: /bin/l', { MASTER_RX_LOWER_PRI: { command: ['/bin/l'] } }],
    [
      'notify: /bin/n\n    notify_user: nobody\n    notify_master: /bin/m\n    notify_master_user: daemon:adm',
      {
        every: { command: ['/bin/n'], user: 'nobody' },
        MASTER: { command: ['/bin/m'], user: 'daemon:adm' },
      },
    ],
  ])('%j', (text, notify) => {
    expect(parseYamlText(router(text)).config?.vrrp[0]?.notify).toEqual(notify);
  });

  it('a new priority is told where router, group or file say so, the nearest first', () => {
    const both = (own: string, ofGroup: string, ofAll: string) =>
      parseYamlText(
        `${router(own)}vrrp_sync_group:\n  - {name: VG, group: [VI_1]${ofGroup}}\nnotify_fifo: /run/all\n${ofAll}`,
      ).config?.vrrp[0]?.notifiesPriority;
    const [yes, no] = ['notify_priority_changes: yes', 'notify_priority_changes: no'];
    expect(both('', '', '')).toBe(undefined);
    expect(both('', '', `vrrp_${yes}\n`)).toBe(true);
    expect(both('', `, ${no}`, `vrrp_${yes}\n`)).toBe(undefined);
    expect(both('', `, ${yes}`, '')).toBe(true);
    expect(both(no, `, ${yes}`, `vrrp_${yes}\n`)).toBe(undefined);
    expect(both(yes, `, ${no}`, '')).toBe(true);
  });
});
