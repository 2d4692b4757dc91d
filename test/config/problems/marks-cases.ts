// Rules of `marks`, each with a config that breaks it.
import type { ProblemCase } from './cases.ts';

const yaml = (rule: string, text: string, problem: string): ProblemCase => ({
  rule,
  grammar: 'yaml',
  text,
  problem,
});

/** A service of mark 1 with these marks. */
const marked = (marks: string, more = '') =>
  `virtual:\n  - fwmark: 1\n    real: [10.0.0.2 gate]\n    marks: ${marks}\n${more}`;
const one = '[{address: 10.0.0.1, ports: [80]}]';

export const markCases: readonly ProblemCase[] = [
  yaml(
    'marks are for a service of a mark',
    `virtual:\n  - address: 10.0.0.1:80\n    real: [10.0.0.2 gate]\n    marks: ${one}\n`,
    '4:12: Cannot mark packets: expected a service of fwmark: one of an address takes its packets by that, got address 10.0.0.1:80',
  ),
  yaml(
    'a port that there is',
    marked('[{address: 10.0.0.1, ports: [80, 65536]}]'),
    '4:45: Cannot read virtual 1 marks 1 ports 2: expected ports from 1 to 65535, or FROM-TO, got 65536',
  ),
  yaml(
    'a range that is not backwards',
    marked('[{address: 10.0.0.1, ports: [90-80]}]'),
    '4:41: Cannot read virtual 1 marks 1 ports 1: expected ports from 1 to 65535, or FROM-TO, got 90-80',
  ),
  yaml(
    'a port at all',
    marked('[{address: 10.0.0.1, ports: []}]'),
    '4:40: Cannot read virtual 1 marks 1 ports: expected at least one port, got an empty list',
  ),
  yaml(
    'an address of the family of the service',
    marked('[{address: "fd00::1", ports: [80]}]'),
    '4:23: Cannot mark packets: expected an IPv4 address, as the service is of that family, got fd00::1',
  ),
  yaml(
    'a mark above 0',
    'virtual:\n  - {fwmark: 0, real: [10.0.0.2 gate]}\n',
    '2:14: Cannot read virtual 1 fwmark: expected a whole number from 1 to 4294967295, got 0',
  ),
  yaml(
    'one mark a packet, of two services',
    marked(
      one,
      `  - fwmark: 2\n    real: [10.0.0.2 gate]\n    marks: [{address: 10.0.0.1, ports: [70-90]}]\n`,
    ),
    '7:40: Cannot mark packets: expected each address and port once (first in line 4), got tcp 10.0.0.1:80',
  ),
  yaml(
    'one mark a packet, of one service',
    marked('[{address: 10.0.0.1, ports: [80, 443]}, {address: 10.0.0.1, ports: [443]}]'),
    '4:79: Cannot mark packets: expected each address and port once (first in line 4), got tcp 10.0.0.1:443',
  ),
  yaml(
    'no more marks than the kernel takes at once',
    marked('[{address: 10.0.0.1, ports: [1-2000]}, {address: 10.0.0.3, ports: [1-49]}]'),
    '4:78: Cannot mark packets: expected at most 2048 of a family, got 2049',
  ),
  yaml(
    'no service of an address behind a mark',
    marked(one, '  - address: 10.0.0.1:80\n    real: [10.0.0.2:80 gate]\n'),
    '5:5: warning: Cannot take packets: expected an address and port that no service marks, got tcp 10.0.0.1:80',
  ),
];
