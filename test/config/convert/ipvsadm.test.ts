// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of a shell look like it
// Scripts that call ipvsadm, as the lines that `ipvsadm -S` prints.
import { describe, expect, it } from 'vitest';
import { convert, formatOf } from '../../../src/config/convert/convert.ts';
import { convertedText, noFiles } from '../../make/conversion.ts';

const of = (text: string) => {
  expect(formatOf({ file: 'rc', text })).toBe('ipvsadm');
  return convertedText(text, 'ipvsadm');
};

describe('a script of ipvsadm lines', () => {
  it.each([
    'ipvsadm -A -t 192.0.2.1:80 -s rr\nipvsadm -a -t 192.0.2.1:80 -r 192.0.2.2:80 -m -w 3',
    '#!/bin/sh\n# rules\n/sbin/ipvsadm -A -t 192.0.2.1:80 -s rr # here\nsudo ipvsadm -a -t 192.0.2.1:80 -r 192.0.2.2:80 -m -w 3',
    'ipvsadm -C\nipvsadm -At 192.0.2.1:80 -srr && ipvsadm -at 192.0.2.1:80 -r192.0.2.2:80 -mw3',
    '$IPVSADM -A -t "192.0.2.1:80" -s \'rr\'\n${IPVSADM} -a -t 192.0.2.1:80 \\\n  -r 192.0.2.2:80 -m \\\n  -w 3 2>/dev/null',
    'ipvsadm --add-service --tcp-service=192.0.2.1:80 --scheduler=rr\nipvsadm --add-server --tcp-service=192.0.2.1:80 --real-server 192.0.2.2:80 --masquerading --weight=3',
    'ipvsadm -A -t 192.0.2.1:80; ipvsadm -E -t 192.0.2.1:80 -s rr; ipvsadm -a -t 192.0.2.1:80 -r 192.0.2.2:80; ipvsadm -e -t 192.0.2.1:80 -r 192.0.2.2:80 -m -w 3',
  ])('%j', (text) => {
    const { config, notes } = of(text);
    expect(config.virtuals).toMatchObject([
      {
        id: { address: '192.0.2.1', port: 80, protocol: 'tcp' },
        scheduler: 'rr',
        reals: [{ address: '192.0.2.2', port: 80, forward: 'masq', weight: 3 }],
      },
    ]);
    expect(notes).toEqual([]);
  });

  it("has ipvsadm's defaults: wlc, direct routing, weight 1", () => {
    const { config } = of('ipvsadm -A -t 192.0.2.1:80\nipvsadm -a -t 192.0.2.1:80 -r 192.0.2.2');
    expect(config.virtuals).toMatchObject([{ scheduler: 'wlc', reals: [{ forward: 'gate', weight: 1 }] }]);
    expect(of('-A -t 192.0.2.1:80\n').config.virtuals).toMatchObject([{ scheduler: 'wlc' }]);
  });

  it('takes the timeouts, and a mark of IPv6', () => {
    const { config } = of(
      'ipvsadm --set 900 0 300\nipvsadm -A -6 -f 7 -s rr\nipvsadm -a -f 7 -6 -r fd00::2 -g',
    );
    expect(config.ipvs.timeouts).toEqual({ tcp: 900, udp: 300 });
    expect(config.virtuals).toMatchObject([
      { id: { family: 'inet6', fwmark: 7 }, reals: [{ forward: 'gate' }] },
    ]);
  });

  it('notes what else the script does', () => {
    const { notes } = of(
      'echo 1 > /proc/sys/net/ipv4/ip_forward\nip addr add 192.0.2.1/32 dev lo\nipvsadm -A -t 192.0.2.1:80 -s rr\nipvsadm --start-daemon master',
    );
    expect(notes).toEqual([
      'old:2: look: ip addr add 192.0.2.1/32 dev lo: left out, as it is no ipvsadm line',
      'old:4: look: --start-daemon master: left out, as nothing corresponds to it',
      'old:4: look: --start-daemon master: left out, as it adds no service and no server',
    ]);
  });

  it.each([
    ['$VIP', 'ipvsadm -A -t $VIP:80 -s rr'],
    ['${VIP}', 'VIP=192.0.2.1\nipvsadm -A -t ${VIP}:80 -s rr'],
    ['$(', 'ipvsadm -A -t $(hostname):80'],
    ['`', 'ipvsadm -A -t "`hostname`:80"'],
  ])('refuses %s clearly', (name, text) => {
    const { problem } = convert({ file: 'rc', text }, formatOf({ file: 'rc', text }), noFiles);
    expect(problem?.message).toBe(
      `Cannot convert: expected plain ipvsadm lines, got ${name}, which only a shell knows`,
    );
    expect(problem?.at.line).toBe(text.split('\n').length);
  });
});
