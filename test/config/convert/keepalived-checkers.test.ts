// What keepalived's checkers ask, whatever the virtual_server is of, and whom (check_tcp.c, check_dns.c, check_http.c).
import { describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import { convertedText, noFiles } from '../../make/conversion.ts';

const service = (more: string) => {
  const text = `virtual_server 192.0.2.99 80 {\nprotocol TCP\nlb_algo rr\n${more}\n}`;
  const { config, notes } = convertedText(text);
  return { virtual: config.virtuals[0] ?? expect.fail('no service'), notes };
};
const server = (address: string, port: number, check: string) =>
  `real_server ${address} ${port} {\n${check}\n}\n`;

describe('a checker', () => {
  it('of HTTP: URLs of one HTTP_GET with different hosts are several checks, which must all be good', () => {
    const url = (path: string, host?: string) =>
      `url {\npath ${path}\nstatus_code 200\n${host === undefined ? '' : `virtualhost ${host}\n`}}\n`;
    const urls = [url('/a', 'a.example'), url('/b', 'b.example'), url('/c', 'a.example'), url('/d')].join('');
    const { virtual, notes } = service(server('192.0.2.3', 80, `HTTP_GET {\ndelay_loop 5\n${urls}}`));
    expect(virtual).toMatchObject({
      checkintervalMs: 5000,
      checks: [
        { virtualhost: 'a.example', http: { urls: [{ request: '/a' }, { request: '/c' }] } },
        { virtualhost: 'b.example', request: '/b' },
        { request: '/d' },
      ],
    });
    expect(virtual.checks?.[2]).not.toHaveProperty('virtualhost');
    expect(notes).toEqual([]);
  });

  it.each(['tcp', 'udp', 'sctp'])('a TCP_CHECK opens a connection for a service of %s', (protocol) => {
    const check = server('192.0.2.3', 80, 'TCP_CHECK {\n}');
    const { virtual } = service(`protocol ${protocol}\n${check}`);
    const [plan] = virtual.reals.map((real) => checkPlanOf(virtual, real).main.target);
    expect(plan).toMatchObject({ kind: 'connect', port: 80 });
  });

  it('a DNS_CHECK of a TCP service says that it goes over TCP', () => {
    const notes = (protocol: string) =>
      service(`protocol ${protocol}\n${server('192.0.2.3', 53, 'DNS_CHECK {\n}')}`).notes.filter((note) =>
        note.includes('DNS_CHECK'),
      );
    expect(notes('udp')).toEqual([]);
    expect(notes('tcp')).toEqual([
      expect.stringContaining(
        'dangerous: DNS_CHECK: over TCP, as the virtual_server is; keepalived asks over UDP',
      ),
    ]);
  });

  it('a MISC_CHECK says that its program is not here, where keepalived leaves the server up', () => {
    const check = server('192.0.2.3', 80, 'MISC_CHECK {\nmisc_path "/opt/check --password geheim"\n}');
    const text = `virtual_server 192.0.2.99 80 {\nprotocol TCP\nlb_algo rr\n${check}}`;
    const notesBy = (isThere: (program: string) => boolean) =>
      convertedText(text, 'keepalived', { ...noFiles, isThere }).notes.filter((note) =>
        note.includes('misc_path'),
      );
    expect(notesBy((program) => program === '/opt/check')).toEqual([]);
    expect(notesBy(() => false)).toEqual([
      'old:6: look: misc_path /opt/check: is not on this machine; keepalived leaves the check out and the server up, here the server is down',
    ]);
  });
});
