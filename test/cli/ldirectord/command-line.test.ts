import { describe, expect, it } from 'vitest';
import {
  ldirectordHelp,
  parseLdirectordArguments as parse,
  verbs,
} from '../../../src/cli/ldirectord/command-line.ts';

describe('the command line of ldirectord', () => {
  it.each(verbs)('takes %s with a file and without', (verb) => {
    expect(parse(['a.cf', verb])).toEqual({ kind: 'verb', verb, file: 'a.cf', isDebug: false });
    expect(parse([verb])).toEqual({ kind: 'verb', verb, isDebug: false });
    expect(ldirectordHelp).toContain(verb);
  });

  it.each([
    [['-d', 'a.cf', 'start'], { kind: 'verb', verb: 'start', file: 'a.cf', isDebug: true }],
    [['--debug', '--', '-a.cf', 'stop'], { kind: 'verb', verb: 'stop', file: '-a.cf', isDebug: true }],
    // What follows the verb is nothing to ldirectord; a file may have the name of a verb.
    [['a.cf', 'start', '-d'], { kind: 'verb', verb: 'start', file: 'a.cf', isDebug: false }],
    [['start', 'stop'], { kind: 'verb', verb: 'stop', file: 'start', isDebug: false }],
    [['-dh'], { kind: 'help' }],
    [['-?'], { kind: 'help' }],
    [['-v', 'a.cf', 'nonsense'], { kind: 'version' }],
    [['-dv'], { kind: 'version' }],
  ])('reads %j', (argv, wanted) => {
    expect(parse(argv)).toEqual(wanted);
  });

  it.each([
    [[], 'got nothing'],
    [['-'], 'got -'],
    [['--'], 'got nothing'],
    [['a.cf'], 'got a.cf'],
    [['a.cf', 'condrestart'], 'got condrestart'],
    [['--deb', 'a.cf', 'start'], 'expected -d, -h or -v, got --deb'],
    [['-dx', 'start'], 'got -dx'],
  ])('refuses %j', (argv, reason) => {
    expect(parse(argv)).toEqual({ kind: 'refused', reason: expect.stringContaining(reason) });
  });
});
