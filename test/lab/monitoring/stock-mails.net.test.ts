// Mails of the daemon and of the stock ldirectord, which watch the same servers by the same file at the same time: the same
// occasions, in the same words, from the same sender. What differs stands in docs/monitoring.md "Mail".
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type NginxOptions, startDirector, startNginx } from '../harness/programs.ts';
import { hasStock, stock } from '../ldirectord/site.ts';
import { canServeMail, type MailServer, startMailServer } from './mail-server.ts';

const limit = { timeoutMs: 10_000 };
let lab: Lab;
let host: Host;
let mail: MailServer | undefined;
let folder: string;
beforeAll(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  mail = await startMailServer(lab, host);
  folder = lab.directory('stock');
});
afterAll(() => lab?.dispose());

const textOf = (to: string) => `emailalert=${to}@example.com
emailalertfrom=lvs@example.com
emailalertfreq=8
emailalertstatus=all
smtp=127.0.0.1
checkinterval=1
checktimeout=2
logfile="${folder}/log"
virtual=10.0.0.1:80
\treal=127.0.0.2:8080 masq 3
\treal=127.0.0.3:8080 masq 3
\tchecktype=connect
\tservicename=shop
\tcomment=ask Jo
`;

/** A table in a file, in the place of ipvsadm. */
const ipvsadm = () => `#!/bin/sh
t=${folder}/table; touch $t; a=$1; shift
for w; do [ "$p" = -r ] && r=$w; [ "$p" = -w ] && n=$w; p=$w; done
case $a in
-L) printf 'IP Virtual Server version 1.2.1 (size=4096)\\nProt LocalAddress:Port Scheduler Flags\\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\\n'; cat $t ;;
-A) printf 'TCP  10.0.0.1:80 wrr\\n' >>$t ;;
-a) printf '  -> %-28s Masq    %s      0          0\\n' $r $n >>$t ;;
-e|-d) grep -v -- "-> $r " $t >$t.n; mv $t.n $t
  [ $a = -d ] || printf '  -> %-28s Masq    %s      0          0\\n' $r $n >>$t ;;
-D) : >$t ;;
esac
`;

type Mail = { readonly subject: string; readonly from: string | undefined; readonly body: string };

/** Of one recipient. A body without what we say behind stock's lines, and without the name of the host. */
const mailsTo = (to: string): readonly Mail[] =>
  (mail?.mails() ?? [])
    .map((text) => text.replaceAll(/=\r?\n/g, '').replaceAll(/\r?\n(?=[ \t])/g, ''))
    .filter((text) => text.includes(`Delivered-To: ${to}@`))
    .map((text) => ({
      subject: /^Subject: (.*)$/m.exec(text)?.[1] ?? '',
      from: /^From: (.*)$/m.exec(text)?.[1],
      body: text
        .slice(text.indexOf('\n\n') + 2)
        .replace(/\n\n(?:Reason|Time): [\s\S]*$/, '')
        .replace(/^ldirectord host: .*$/m, 'ldirectord host: HOST')
        .trim(),
    }));
const whose = ['ours', 'stock'] as const;
const both = (text: string, counts: readonly number[] = [0, 0]) =>
  waitUntil(
    () =>
      whose.every((to, index) =>
        mailsTo(to)
          .slice(counts[index])
          .some(({ subject }) => subject.includes(text)),
      ),
    { what: `two mails: ${text}`, ...limit },
  );

const serve = (address: string) => {
  const options: NginxOptions = { listen: [`${address}:8080`], body: 'x' };
  return startNginx(lab, host, options);
};

it.skipIf(!hasStock || !canServeMail())(
  'are the same as a server falls, stays away and comes back, and at a stop (skipped where ldirectord or a mail server is not installed)',
  async () => {
    const [first] = [await serve('127.0.0.2'), await serve('127.0.0.3')];
    const [table, file] = [join(folder, 'ipvsadm'), join(folder, 'mail.cf')];
    writeFileSync(table, ipvsadm());
    chmodSync(table, 0o755);
    writeFileSync(file, textOf('stock'));
    const [executed, output] = [join(folder, 'ours.cf'), join(folder, 'output')];
    writeFileSync(executed, textOf('ours').replace(/^logfile.*\n/m, ''));
    const script = `mount --bind ${table} /usr/sbin/ipvsadm && exec ${stock} -d ${file} start >${output} 2>&1`;
    const theirs = host.start(['sh', '-c', script]);
    const config = `director: {control_socket: $CONTROL, state_dir: $STATE}\nmail: {digest: 1s}\nexecute: ["${executed}"]\n`;
    const director = startDirector(lab, host, { config });
    await director.waitFor('daemon.ready', undefined, limit);
    await both('Added');
    // Stock adds and deletes each that is not verified yet, and then adds it.
    await waitUntil(() => mailsTo('stock').filter(({ subject }) => subject.includes('Added')).length >= 4, {
      ...{ what: 'what stock says at a start', ...limit },
    });

    const before = whose.map((to) => mailsTo(to).length);
    await first.stop();
    await both('Deleted', before);
    await both('Inaccessible', before);
    await serve('127.0.0.2');
    await both('Added', before);
    const R = 'real server: 127.0.0.2:8080 (10.0.0.1:80)';
    const seen = whose.map((to, index) => {
      const mails = mailsTo(to).slice(before[index]);
      const subjects = [...new Set(mails.map(({ subject }) => subject))];
      return { subjects, mails: subjects.map((each) => mails.find(({ subject }) => subject === each)) };
    });
    expect(seen[0]?.subjects).toEqual([
      `[shop] Deleted ${R}`,
      `[shop] Inaccessible ${R}`,
      `[shop] Added ${R} (Weight set to 3)`,
    ]);
    expect(seen[0]).toEqual(seen[1]);

    const atStop = whose.map((to) => mailsTo(to).length);
    theirs.signalAll('SIGTERM');
    await director.running.stop();
    await both('Purged real server (stop)', atStop);
    const lines = (to: 'ours' | 'stock', from = 0) =>
      mailsTo(to)
        .slice(from)
        .flatMap(({ body }) => body.match(/Purged real server \(stop\): \S+ \S+/g) ?? []);
    await waitUntil(() => lines('stock', atStop[1]).length === 2, { what: 'two of stock', ...limit });
    expect([...new Set(lines('ours', atStop[0]))].sort()).toEqual(lines('stock', atStop[1]).sort());
  },
);
