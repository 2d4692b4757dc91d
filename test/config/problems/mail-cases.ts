// What is wrong with mail as it is configured: nobody to go to, a password that is not safe, keys that mean nothing.
import { service, yaml } from '../yaml-cases.ts';
import type { ProblemCase } from './cases.ts';

const mail = (keys: string, to = 'to: [root], ') => `mail: {${to}${keys}}\n`;

export const mailCases: readonly ProblemCase[] = [
  yaml(
    'mail to nobody',
    'mail: {smtp: mx}\n',
    '1:7: warning: Cannot use mail: expected an address in mail.to or emailalert, got none',
  ),
  ...(['emailalertfreq: 60', 'emailalertstatus: none', 'emailalertfrom: root', 'smtp: mx'] as const).map(
    (line) => {
      const [key = ''] = line.split(': ');
      return yaml(
        `${key} without anybody to tell`,
        `${line}\n`,
        `1:${key.length + 3}: warning: Cannot use ${key}: expected an address in mail.to or emailalert, got none`,
      );
    },
  ),
  yaml(
    'mail of a service to nobody',
    service('emailalertfreq: 60'),
    '2:5: warning: Cannot mail of this service: expected an address in mail.to or emailalert, got none',
  ),
  yaml(
    'two names of one key',
    'emailalert: root\nmail: {to: [admin], smtp: mx}\n',
    '1:13: warning: Cannot use emailalert: expected no mail.to beside it, which counts, got both',
  ),
  yaml(
    'a user without a password',
    mail('smtp: mx, user: u'),
    '1:36: Cannot log in to send mail: expected password beside user, got none',
  ),
  yaml(
    'a password that anybody reads',
    mail('smtp: mx, tls: no, user: u, password: p'),
    '1:35: warning: Cannot keep the password: expected tls: starttls or tls, as anybody on the way reads it, got no',
  ),
  yaml(
    'certificates without TLS',
    mail('smtp: mx, verify: no'),
    '1:38: warning: Cannot use verify: expected tls: starttls or tls beside it, got no',
  ),
  yaml(
    'a login without a server',
    mail('helo: a'),
    '1:26: warning: Cannot use helo: expected smtp beside it, got the sendmail of this host',
  ),
  yaml(
    'an address that is none',
    mail('', 'to: [a b]'),
    '1:13: Cannot read mail to 1: expected an address of mail: ADDRESS or NAME <ADDRESS>, got a b',
  ),
  yaml(
    'a header in an address',
    mail('', 'to: ["a\\nBcc: b"]'),
    '1:13: Cannot read mail to 1: expected an address of mail: ADDRESS or NAME <ADDRESS>, got a Bcc: b',
  ),
  yaml(
    'none among other states',
    'emailalert: root\nsmtp: mx\nemailalertstatus: none,running\n',
    '3:19: Cannot read emailalertstatus: expected none alone, or a list of all, starting, running, stopping, reloading, got none,running',
  ),
  yaml(
    'a server that is none',
    mail('smtp: "mx:0"'),
    '1:26: Cannot read mail smtp: expected HOST[:PORT] or [IPV6][:PORT], got mx:0',
  ),
];
