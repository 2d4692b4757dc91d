// Rules of the ldirectord.cf grammar, each with a file that breaks it.
import type { ProblemCase } from './cases.ts';

const cf = (rule: string, text: string, problem: string): ProblemCase => ({
  rule,
  grammar: 'cf',
  text,
  problem,
});

/** An ldirectord service with this line more. */
const block = (line: string) => `virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n\t${line}\n`;

export const ldirectordCases: readonly ProblemCase[] = [
  cf(
    'a line is KEY = VALUE',
    block('persistent'),
    '3:2: Cannot read line: expected KEY = VALUE, got "persistent"',
  ),
  cf(
    'directives are known',
    block('recieve="x"'),
    '3:2: Cannot read virtual: expected a known directive (did you mean "receive"?), got "recieve"',
  ),
  cf(
    'a global in its column',
    block('maintenancedir=/tmp'),
    '3:2: Cannot read virtual: expected a directive of this block (a global one stands in the first column), got "maintenancedir"',
  ),
  cf(
    'a block directive in its block',
    'scheduler=rr\n',
    '1:1: Cannot read config: expected a global directive (one of a virtual service stands in its block, four columns in), got "scheduler"',
  ),
  cf(
    'connecttimeout is gone',
    'connecttimeout=3\n',
    '1:16: Cannot read connecttimeout: expected negotiatetimeout instead, as ldirectord has dropped it, got 3',
  ),
  cf(
    'timeout is gone',
    'timeout=3\n',
    '1:9: Cannot read timeout: expected checktimeout and negotiatetimeout instead, as ldirectord has dropped it, got 3',
  ),
  cf('yes or no, no more', 'quiescent=maybe\n', '1:11: Cannot read quiescent: expected yes or no, got maybe'),
  cf(
    'a zero timeout',
    'checktimeout=0\n',
    '1:14: Cannot read checktimeout: expected a time from 1ms to 365d (seconds, or with a unit: 500ms, 5s, 2m, 1h), got 0',
  ),
  cf(
    'IPv6 needs virtual6',
    'virtual=[fd00::1]:80\n',
    '1:9: Cannot read virtual: expected virtual6 for an IPv6 address, got [fd00::1]:80',
  ),
  cf(
    'fallback6 belongs to virtual6',
    block('fallback6=[::1]:80'),
    '3:2: Cannot read fallback6: expected fallback in a virtual block, got fallback6',
  ),
  cf(
    'an upper-case scheduler',
    block('scheduler=WLC'),
    '3:12: Cannot read scheduler: expected a scheduler in lower-case letters, got WLC',
  ),
  cf(
    'an unknown scheduler is passed on',
    block('scheduler=maglev'),
    '3:12: warning: Cannot use scheduler: expected one of rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh, twos, got maglev',
  ),
  cf(
    'a mark of zero',
    'virtual=0\n\treal=10.0.0.2 gate\n',
    '1:9: Cannot read virtual 1 fwmark: expected a whole number from 1 to 4294967295, got 0',
  ),
  cf(
    'an open quote',
    block('request="x'),
    '3:10: Cannot read request: expected a text in double quotes, got "x',
  ),
  cf(
    'an address without port is a mark',
    'virtual=10.0.0.1\n\treal=10.0.0.2 gate\n',
    '1:9: warning: Cannot use all of virtual: expected a firewall mark, or an address with its port, and nothing else (it is read as 10), got 10.0.0.1',
  ),
  cf(
    'text after a number',
    'checkinterval=500ms\n',
    '1:15: warning: Cannot share this line with ldirectord: expected a plain number (it is read as 500), got 500ms',
  ),
  cf(
    'a comment after yes',
    'quiescent=yes # x\n',
    '1:11: warning: Cannot share this line with ldirectord: expected nothing after yes, got yes # x',
  ),
  cf(
    'a comment in a path',
    'maintenancedir=/etc/x # y\n',
    '1:16: warning: Cannot share this line with ldirectord: expected no comment on this line, as it becomes part of the value, got /etc/x # y',
  ),
  cf(
    'a string without quotes',
    block('receive=ok'),
    '3:10: warning: Cannot share this line with ldirectord: expected a text in double quotes, got ok',
  ),
  cf(
    'CR LF',
    'checkinterval=5\r\n',
    '1:1: warning: Cannot share this file with ldirectord: expected lines that end in LF alone (it refuses yes and no in such a file), got CR LF',
  ),
  cf(
    'supervised alone',
    'supervised\n',
    '1:1: warning: Cannot read supervised alone: expected supervised = yes, got supervised',
  ),
  cf(
    'checkinterval of one service',
    block('checkinterval=7'),
    '3:16: warning: Cannot share this line with ldirectord: expected fork = yes beside checkinterval of one service, got 7',
  ),
];
