import { describe, expect, it } from 'vitest';
import { candidates, parseHosts, parseResolvConf } from '../../../src/system/names/resolver-files.ts';

describe('/etc/hosts', () => {
  it('has every address of a name, in any case, in the order of the file; comments and bad lines are none', () => {
    const hosts = parseHosts(`127.0.0.1 localhost
# 10.0.0.9 commented
10.0.0.1\tWeb.example.com  web # the first
10.0.0.2 web
::1 localhost
10.0.0.300 bad
fe80::1%eth0 zone
`);
    expect(hosts.get('web')).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(hosts.get('web.example.com')).toEqual(['10.0.0.1']);
    expect(hosts.get('localhost')).toEqual(['127.0.0.1', '::1']);
    expect([...hosts.keys()]).not.toContain('commented');
    expect([...hosts.keys()]).not.toContain('bad');
    expect([...hosts.keys()]).not.toContain('the');
  });
});

describe('/etc/resolv.conf', () => {
  it('has the last search or domain; without one the domain of the host', () => {
    const searchOf = (text: string, hostname = 'lvs1.example.org') => parseResolvConf(text, hostname).search;
    expect(searchOf('search a.example b.example\n')).toEqual(['a.example', 'b.example']);
    expect(searchOf('search a.example\ndomain c.example d.example\n')).toEqual(['c.example']);
    expect(searchOf('nameserver 10.0.0.53\n')).toEqual(['example.org']);
    expect(searchOf('', 'lvs1')).toEqual([]);
    expect(searchOf('# search no\n; search no\nsearch x #y\n')).toEqual(['x']);
    expect(searchOf('search a b c d e f g h\n')).toHaveLength(6);
  });

  it('has options with their limits; what is none is not heeded', () => {
    const of = (text: string) => parseResolvConf(text, 'lvs1');
    expect(of('')).toEqual({ search: [], ndots: 1, timeoutMs: 1000, tries: 3 });
    expect(of('options ndots:5 timeout:2 attempts:4 rotate\n')).toMatchObject({
      ndots: 5,
      timeoutMs: 2000,
      tries: 4,
    });
    expect(of('options ndots:99 timeout:99\noptions attempts:99')).toMatchObject({
      ndots: 15,
      timeoutMs: 30_000,
      tries: 5,
    });
    expect(of('options timeout:0 attempts:0 ndots:x')).toMatchObject({ ndots: 1, timeoutMs: 1000, tries: 3 });
  });
});

describe('the names that are asked for', () => {
  const rules = { search: ['a.example', 'b.example'], ndots: 1 };

  it('are those of the search list first where the name has few dots, else last', () => {
    expect(candidates('web', rules)).toEqual(['web.a.example', 'web.b.example', 'web']);
    expect(candidates('web.dc1', rules)).toEqual(['web.dc1', 'web.dc1.a.example', 'web.dc1.b.example']);
    expect(candidates('web.dc1', { ...rules, ndots: 2 })[0]).toBe('web.dc1.a.example');
  });

  it('are one where it ends in a dot', () => expect(candidates('web.', rules)).toEqual(['web']));
});
