// A real mail server for the lab: Dovecot's submission speaks TLS and knows who logs in (lvs, with the password "geheim"), and
// hands on to OpenSMTPD, which takes or refuses a recipient by its name, late or later, and delivers into a folder. (The
// OpenSMTPD 6.8 of Debian 12 cannot speak TLS with OpenSSL 3.) Programs that are not installed: undefined.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certFile, keyFile } from '../../probes/scripted-server.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import type { Running } from '../harness/process.ts';
import { isInstalled, listening, openFolder } from '../health/real-servers.ts';

export type MailServer = {
  readonly submission: Running;
  /** As delivered, the oldest first. */
  readonly mails: () => readonly string[];
};

/**
 * grey: 451 the first time; slow: after two seconds; gone: 550. The words are those of smtpd-filters(7) of OpenSMTPD: it says
 * `config|ready` when all is said, and then asks with session, token and address.
 */
const filter = `#!/bin/sh
while read -r line; do [ "$line" = 'config|ready' ] && break; done
echo 'register|filter|smtp-in|rcpt-to'
echo 'register|ready'
while IFS='|' read -r _ _ _ _ _ session token address; do
  answer=proceed
  case $address in
  *grey*) [ -e "$0.seen" ] || { : >"$0.seen"; answer='reject|451 greylisted, try again'; } ;;
  *slow*) sleep 2 ;;
  *gone*) answer='reject|550 no such user' ;;
  esac
  echo "filter-result|$session|$token|$answer"
done
`;

export const canServeMail = (): boolean =>
  isInstalled('smtpd') && isInstalled('dovecot') && existsSync('/usr/lib/dovecot/submission');

export async function startMailServer(lab: Lab, host: Host): Promise<MailServer | undefined> {
  if (!canServeMail()) return undefined;
  const folder = openFolder(lab, 'mail');
  chmodSync(folder, 0o777);
  const mails = join(folder, 'mails');
  for (const each of [mails, join(folder, 'homes')]) {
    mkdirSync(each);
    chmodSync(each, 0o777);
  }
  const program = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o755 });
  program('filter', filter);
  program(
    'deliver',
    `#!/bin/sh\nn=$(date +%s%N)\ncat >${mails}/$n.new && mv ${mails}/$n.new ${mails}/$n.eml\n`,
  );
  writeFileSync(join(folder, 'smtpd.conf'), smtpdConf(folder));
  writeFileSync(join(folder, 'dovecot.conf'), dovecotConf(folder));
  // `ip netns exec` has given the command a mount namespace of its own.
  const script = 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/spool && exec smtpd -d -f "$0"';
  host.start(['sh', '-c', script, join(folder, 'smtpd.conf')]);
  await listening(host, 2525);
  const submission = host.start(['dovecot', '-F', '-c', join(folder, 'dovecot.conf')]);
  await listening(host, 587);
  return {
    submission,
    mails: () =>
      readdirSync(mails)
        .filter((name) => name.endsWith('.eml'))
        .sort()
        .map((name) => readFileSync(join(mails, name), 'utf8')),
  };
}

const smtpdConf = (folder: string) => `table all { "@" = nobody }
filter grey proc-exec "${folder}/filter" user nobody group nogroup
listen on lo port 25 hostname mail.example.com
listen on lo port 2525 hostname mail.example.com filter grey
action "keep" mda "${folder}/deliver" virtual <all>
match from any for domain "example.com" action "keep"
`;

const dovecotConf = (folder: string) => `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
protocols = submission
hostname = mail.example.com
ssl_cert = <${certFile}
ssl_key = <${keyFile}
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
submission_relay_host = 127.0.0.1
submission_relay_port = 2525
mail_location = maildir:${folder}/homes/%u
service submission-login {
  inet_listener submission {
    port = 587
  }
  inet_listener submissions {
    port = 465
    ssl = yes
  }
}
passdb {
  driver = static
  args = password=geheim
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}/homes/%u
}
`;
