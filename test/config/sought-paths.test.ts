import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { soughtPaths } from '../../src/config/sought-paths.ts';

describe('soughtPaths', () => {
  it.each([
    ['director: {control_socket: /run/a.sock, state_dir: /s}', ['/run/a.sock']],
    ['director: {state_dir: /s, control_socket: "/run/a b.sock"}\nvrrp: [', ['/run/a b.sock']],
    ['director:\n  control_socket: /run/a.sock # here: /run/b\n  stat', ['/run/a.sock']],
    ["director:\n\tcontrol_socket: '/run/a.sock'\n", ['/run/a.sock']],
    ['director: {control_socket: {lvs1: /run/a, lvs2: /run/b}, state_dir: /s}', ['/run/a', '/run/b']],
    [
      'director:\n  control_socket:\n    lvs1: /run/a\n    lvs2: /run/b\n  state_dir: /s',
      ['/run/a', '/run/b'],
    ],
    ['{"director": {"control_socket": "/run/a"', ['/run/a']],
    ['# control_socket: /run/a', []],
    ['control_socket: relative', []],
    ['control_socket', []],
    ['', []],
  ])('of %j are %j', (text, paths) => expect(soughtPaths(text, 'control_socket')).toEqual(paths));

  it('are absolute and few, and never a throw, for any text', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('control_socket', ':', ' ', '\n', '/a', '"', "'", '{', '}', '#', '\\')),
        (parts) => {
          const paths = soughtPaths(parts.join(''), 'control_socket');
          expect(paths.length).toBeLessThanOrEqual(8);
          expect(paths.every((each) => each.startsWith('/'))).toBe(true);
        },
      ),
    ));
});
