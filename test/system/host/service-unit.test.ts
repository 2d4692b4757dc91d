import { describe, expect, it } from 'vitest';
import { serviceUnitOf } from '../../../src/system/host/service-unit.ts';

const shown = (...lines: readonly string[]) => `${lines.join('\n')}\n`;
const exec = (command: string) =>
  `ExecStart={ path=/usr/bin/lvs-director ; argv[]=${command} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`;

describe('the unit as systemctl shows it', () => {
  it('has a user, groups and a command line', () => {
    const listing = shown(
      exec('/usr/bin/lvs-director run -c /etc/lvs-director/lvs-director.yaml'),
      'User=lvs-director',
      'SupplementaryGroups=ssl-cert adm',
      'LoadState=loaded',
    );
    expect(serviceUnitOf(listing)).toEqual({
      user: 'lvs-director',
      groups: ['ssl-cert', 'adm'],
      words: ['/usr/bin/lvs-director', 'run', '-c', '/etc/lvs-director/lvs-director.yaml'],
    });
  });

  it('is root where no user is named', () => {
    const listing = shown('User=', 'SupplementaryGroups=', 'LoadState=loaded', exec('/x run'));
    expect(serviceUnitOf(listing)).toMatchObject({ user: 'root', groups: [] });
  });

  it.each([shown('LoadState=not-found', 'User='), shown('LoadState=masked'), ''])(
    'is none in %j',
    (listing) => expect(serviceUnitOf(listing)).toBeUndefined(),
  );
});
