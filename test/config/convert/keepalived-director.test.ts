// What `convert` makes of what keepalived's global_defs say of IPVS beside its table: timeouts and sync daemons.
import { describe, expect, it } from 'vitest';
import { convertedText } from '../../make/conversion.ts';

/** Grades have a test of their own. */
function converted(text: string) {
  const { notes, ...rest } = convertedText(text);
  return { ...rest, notes: notes.map((note) => note.replace(/: (harmless|look|dangerous): /, ': ')) };
}

describe('keepalived.conf: what IPVS holds beside its table', () => {
  const instance = (name: string, more = '') =>
    `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id 51\n${more}\nvirtual_ipaddress {\n10.0.0.9\n}\n}\n`;
  const ipvs = (globals: string, rest = instance('VI_1')) => {
    const { config, notes } = converted(`global_defs {\n${globals}\n}\n${rest}`);
    return { timeouts: config.ipvs.timeouts, sync: config.ipvs.sync, notes };
  };

  it('takes the timeouts, and 0 for none', () => {
    expect(ipvs('lvs_timeouts tcp 7200 udp 300 tcpfin 0').timeouts).toEqual({ tcp: 7200, udp: 300 });
    expect(ipvs('lvs_timeouts tcp 7200 sctp 3').notes).toEqual([
      'old:2: lvs_timeouts sctp 3: left out, as nothing corresponds to it',
    ]);
  });

  it.each([
    ['lvs_sync_daemon eth1 VI_1', { mode: 'role', instance: 'VI_1', syncId: 51 }],
    ['lvs_sync_daemon eth1 id 7 inst VI_1', { mode: 'role', instance: 'VI_1', syncId: 7 }],
    ['lvs_sync_daemon eth1 VI_1 7', { mode: 'role', instance: 'VI_1', syncId: 7 }],
    ['lvs_sync_daemon eth1 inst VI_1 id 8 maxlen 1400', { mode: 'role', syncId: 8, maxlen: 1400 }],
    ['lvs_sync_daemon eth1', { mode: 'both', syncId: 0 }],
    [
      'lvs_sync_daemon eth1 id 9 port 99 ttl 3 group 239.1.1.1',
      { mode: 'both', syncId: 9, port: 99, ttl: 3, group: '239.1.1.1' },
    ],
  ])('%s', (text, wanted) => {
    const { sync, notes } = ipvs(text);
    expect(sync).toMatchObject({ interface: 'eth1', ...wanted });
    expect(notes).toEqual([]);
  });

  it('leaves out what follows an instance that is not there', () => {
    const { sync, notes } = ipvs('lvs_sync_daemon eth1 VI_9');
    expect(sync).toBeUndefined();
    expect(notes).toEqual(['old:2: lvs_sync_daemon: left out, as there is no vrrp_instance VI_9']);
  });

  it("takes an instance's own interface, as old files have it", () => {
    const { sync, notes } = ipvs('', instance('VI_1', 'lvs_sync_daemon_interface eth2'));
    expect(sync).toMatchObject({ mode: 'role', instance: 'VI_1', interface: 'eth2', syncId: 0 });
    expect(notes).toEqual([]);
  });

  it('takes the first of several, whatever it says', () => {
    expect(ipvs('lvs_sync_daemon eth1 VI_1\nlvs_sync_daemon eth2 VI_1').sync?.interface).toBe('eth1');
    const older = instance('VI_1', 'lvs_sync_daemon_interface eth2');
    expect(ipvs('lvs_sync_daemon eth1 VI_1', older).sync?.interface).toBe('eth1');
    expect(ipvs('lvs_sync_daemon eth1 VI_9', older).sync).toBeUndefined();
    expect(converted(`${older}global_defs {\nlvs_sync_daemon eth1\n}`).config.ipvs.sync?.interface).toBe(
      'eth1',
    );
  });
});
