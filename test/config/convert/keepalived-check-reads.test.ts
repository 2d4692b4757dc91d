// What keepalived makes of odd orders and words in its checkers (its own dump, 2.2.7): the converted check means the same, or a
// note says the difference.
import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../../src/net/pattern/parse-pattern.ts';
import { writeJavaScript } from '../../../src/net/pattern/write-javascript.ts';
import { convertedText } from '../../make/conversion.ts';

const service = (body: string, head = '192.0.2.9 80') => {
  const { config, notes } = convertedText(`virtual_server ${head} {\nprotocol TCP\nlb_algo rr\n${body}\n}\n`);
  return { virtual: config.virtuals[0], notes };
};

describe('a check', () => {
  const checked = (body: string) => service(`real_server 10.0.0.1 80 {\n${body}\n}`);

  it.each([
    ['bindto 10.0.0.8\nbind_port 700', { address: '10.0.0.8', port: 700 }],
    ['bind_port 700\nbindto 10.0.0.8', { address: '10.0.0.8', port: 700 }],
    ['bindto 10.0.0.8\nbind_port 700\nbind_port 70000', { address: '10.0.0.8', port: 700 }],
    ['bindto 10.0.0.8\nbind_port 70000', { address: '10.0.0.8' }],
    ['bind_port 700', undefined],
    ['bindto 2001:db8::8\nbind_port 700', undefined],
  ])('%j is bound to %j', (body, wanted) => {
    const { virtual, notes } = checked(`TCP_CHECK {\n${body}\n}`);
    expect(virtual?.bind).toEqual(wanted);
    expect(notes.some((note) => note.includes('bind_port'))).toBe(
      wanted === undefined || !('port' in wanted),
    );
  });

  it('begins within the warmup of its own, of its server, or of its service', () => {
    const warmupOf = (own: string, ofReal = '', ofService = '') =>
      service(`${ofService}\nalpha\nreal_server 10.0.0.1 80 {\n${ofReal}\nTCP_CHECK {\n${own}\n}\n}`);
    expect(warmupOf('').virtual?.warmupMs).toBeUndefined();
    expect(warmupOf('warmup 0', 'warmup 4').virtual?.warmupMs).toBeUndefined();
    expect(warmupOf('warmup 2.5', 'warmup 4').virtual?.warmupMs).toBe(2500);
    expect(warmupOf('', 'warmup 4', 'warmup 5').virtual?.warmupMs).toBe(4000);
    expect(warmupOf('', '', 'warmup 5').virtual?.warmupMs).toBe(5000);
    expect(warmupOf('', '', 'warmup 5').notes.join('\n')).not.toContain('warmup');
    expect(checked('TCP_CHECK {\nwarmup 5\n}').notes.join('\n')).toContain(
      'look: TCP_CHECK warmup: no server is in before its first check',
    );
  });

  it('of a file that is tracked only below is taken, with a note', () => {
    const file = 'vrrp_track_file q {\nfile /run/q\n}\n';
    const text = `virtual_server 192.0.2.9 80 {\nreal_server 10.0.0.1 80 {\nFILE_CHECK {\ntrack_file q\n}\n}\n}\n`;
    const told = /FILE_CHECK q: taken, though keepalived knows the track_file only below this/;
    expect(convertedText(`${text}${file}`).notes.join('\n')).toMatch(told);
    expect(convertedText(`${file}${text}`).notes.join('\n')).not.toMatch(told);
  });

  it('whose payload ends with ff is taken, with a note', () => {
    const told = 'payload: taken, though keepalived sends none that ends with ff';
    expect(checked('UDP_CHECK {\npayload 00 ff\n}').notes.join('\n')).toContain(told);
    expect(checked('UDP_CHECK {\npayload ff 00\n}').notes.join('\n')).not.toContain(told);
  });

  it.each([
    ['', 'ok', undefined],
    ['regex_options caseless', '(?i)ok', undefined],
    ['regex_options dotall caseless\nregex_options multiline extended', '(?imsx)ok', undefined],
    ['regex_options no_auto_possess caseless', '(?i)ok', undefined],
    ['regex_options firstline caseless', '(?i)ok', 'regex_options firstline: left out'],
  ])('has the options of its expression, %j', (options, receive, told) => {
    const { virtual, notes } = checked(`HTTP_GET {\nurl {\nregex ok\n${options}\n}\n}`);
    expect(virtual?.receive).toBe(receive);
    expect(notes.find((note) => note.includes('regex_options'))?.includes(told ?? '')).toBe(
      told === undefined ? undefined : true,
    );
  });

  it('may want a text that is not there', () => {
    const { virtual, notes } = checked(
      'HTTP_GET {\nurl {\nregex "d.wn$"\nregex_no_match\nregex_options caseless\n}\n}',
    );
    const parsed = parsePattern(virtual?.receive ?? '');
    const isUp = new RegExp('tree' in parsed ? writeJavaScript(parsed.tree) : '', 'u');
    expect(['', 'all up', 'down and up'].map((body) => isUp.test(body))).toEqual([true, true, true]);
    expect(['Down', 'it is\nDOWN\n'].map((body) => isUp.test(body))).toEqual([false, false]);
    expect(notes.join('\n')).not.toContain('regex');
    expect(checked('HTTP_GET {\nurl {\nregex_no_match\n}\n}').notes.join('\n')).toContain(
      'harmless: regex_no_match: left out, as there is no regex',
    );
  });

  it('of SMTP is one for each host, and one of its own where it says where that goes', () => {
    const hosts = 'host {\nconnect_ip 10.0.0.7\n}\nhost {\nconnect_port 2525\nconnect_timeout 2\n}\n';
    const placesOf = (own: string) => {
      const { virtual, notes } = checked(`SMTP_CHECK {\nhelo_name me\n${own}${hosts}}`);
      expect(notes.join('\n')).not.toContain('host');
      return virtual?.checks?.map(({ checkaddress, checkport, checktimeoutMs }) => [
        checkaddress,
        checkport,
        checktimeoutMs ?? virtual.checktimeoutMs,
      ]);
    };
    const [first, second] = [
      ['10.0.0.7', undefined, 5000],
      [undefined, 2525, 2000],
    ];
    expect(placesOf('')).toEqual([first, second]);
    expect(placesOf('connect_timeout 9\n')).toEqual([[undefined, undefined, 9000], first, second]);
    const { virtual } = checked('SMTP_CHECK {\nhost {\n}\n}');
    expect(virtual?.checks).toBeUndefined();
  });

  it('with codes by a comma is taken, with a note', () => {
    const { virtual, notes } = checked('HTTP_GET {\nurl {\nstatus_code 200,204\n}\n}');
    expect(virtual?.http?.status).toEqual([
      [200, 200],
      [204, 204],
    ]);
    expect(notes.join('\n')).toContain('status_code 200,204: taken');
  });

  it('is no quicker than every 10 ms', () => {
    const { virtual, notes } = checked('TCP_CHECK {\ndelay_loop 0.0004\nconnect_timeout 0.001\n}');
    expect(virtual).toMatchObject({ checkintervalMs: 10, checktimeoutMs: 10 });
    expect(notes.join('\n')).toContain('look: TCP_CHECK delay_loop: 10ms, which is the least there is here');
  });
});
