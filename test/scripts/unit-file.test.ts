// What the unit's sandbox leaves writable, and where the example and the defaults write.
import { describe, expect, it } from 'vitest';
import { defaultControlSocket } from '../../src/cli/command-line.ts';
import { read } from '../tidy/sources.ts';

const unit = read('systemd/lvs-director.service');
const example = read('etc/lvs-director.yaml');
const bases = { RuntimeDirectory: '/run', StateDirectory: '/var/lib', LogsDirectory: '/var/log' } as const;
const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
const writable = Object.entries(bases).map(([name, base]) => `${base}/${setting(name)}/`);

describe('the unit', () => {
  it('has a sandbox that leaves its own folders writable', () => {
    expect(setting('ProtectSystem')).toBe('strict');
    expect(writable).toEqual(['/run/lvs-director/', '/var/lib/lvs-director/', '/var/log/lvs-director/']);
  });

  it('lets the daemon write wherever the example, commented out or not, and the defaults say', () => {
    const named = [...example.matchAll(/\b(control_socket|state_dir|file): (\/(?:run|var)\S*)/g)].map(
      ([, , path]) => `${path}/`,
    );
    expect(named.length).toBeGreaterThanOrEqual(3);
    for (const path of [...named, defaultControlSocket])
      expect(
        writable.some((folder) => path.startsWith(folder)),
        path,
      ).toBe(true);
  });
});
