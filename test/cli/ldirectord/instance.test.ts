import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceOf } from '../../../src/cli/ldirectord/instance.ts';
import { candidatesOf } from '../../../src/compose/ldirectord-file.ts';
import { isSupervised } from '../../../src/config/ldirectord/supervised.ts';
import { dialectOf } from '../../../src/config/load.ts';

/** sun_path of unix(7). */
const socketMax = 107;

describe('an instance', () => {
  it('is looked for where ldirectord looks', () => {
    expect(candidatesOf('a.cf')).toEqual(['/etc/ha.d/a.cf', '/etc/ha.d/conf/a.cf', 'a.cf']);
  });

  it('has the pid file of ldirectord, and all else by the whole path', () => {
    const [one, other] = [instanceOf('/a/x.cf', '/a/x.cf'), instanceOf('/b/x.cf', '/b/x.cf')];
    expect(one.pidFile).toBe('/var/run/ldirectord.x.cf.pid');
    expect(other.pidFile).toBe(one.pidFile);
    expect(new Set([one.lock, other.lock, one.stateDir, other.stateDir]).size).toBe(4);
    expect(instanceOf('/etc/ha.d/ldirectord.cf', undefined).pidFile).toBe(
      '/var/run/ldirectord.ldirectord.pid',
    );
  });

  it('is one, however its file is written', () => {
    expect(instanceOf('/a/../b/x.cf', 'x.cf')).toEqual({
      ...instanceOf('/b/x.cf', 'x.cf'),
      label: '/a/../b/x.cf',
    });
  });

  it('has a socket that can be bound, whatever its file is called', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^/\0]{1,255}$/), (name) => {
        const { controlSocket } = instanceOf(`/etc/${name}`, name);
        return Buffer.byteLength(controlSocket) <= socketMax && !controlSocket.includes('/..');
      }),
    );
  });
});

describe('the grammar of a file', () => {
  it.each([
    ['/a/b.cf', 'ldirectord'],
    ['/etc/ha.d/conf/web', 'ldirectord'],
    ['/etc/ha.d/web.yaml', 'yaml'],
    ['/etc/ha.d/web.yml', 'yaml'],
    ['/etc/lvs-director/web', 'yaml'],
  ])('of %s is of %s', (file, dialect) => {
    expect(dialectOf(file)).toBe(dialect);
  });
});

describe('supervised', () => {
  it.each([
    ['supervised = yes\n', true],
    ['supervised\n', true],
    ['supervised = no\n', false],
    ['# supervised = yes\nvirtual=10.0.0.1:80\n', false],
    ['', false],
  ])('in %j is %s', (text, wanted) => {
    expect(isSupervised(text)).toBe(wanted);
  });
});
