// Real mail, file and proxy servers in the foreground, each with files of its own in a folder of the lab. A server
// whose program is not installed is undefined: its tests are skipped and say why.
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { certFile, keyFile } from '../../probes/scripted-server.ts';
import { hostOn } from '../harness/host-on.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
export const isInstalled = (program: string): boolean =>
  folders.some((folder) => existsSync(join(folder, program)));

/** A director and the host of its real servers, on one LAN with both families. */
export async function directorAndServer(
  lab: Lab,
): Promise<{ readonly director: Host; readonly server: Host }> {
  const lan = await lab.lan('lan');
  const director = await hostOn(lab, lan, 'director', '10.9.0.1/24', 'fd09::1/64');
  return { director, server: await hostOn(lab, lan, 'server', '10.9.0.2/24', 'fd09::2/64') };
}

/** Of a folder that servers may enter which give up root. */
export function openFolder(lab: Lab, name: string): string {
  const folder = lab.directory(name);
  chmodSync(join(folder, '..'), 0o755);
  chmodSync(folder, 0o755);
  return folder;
}

export const listening = (host: Host, port: number) =>
  waitUntil(async () => (await host.run('ss', '-Hltn', 'sport', '=', `:${port}`)) !== '', {
    what: `a listener on port ${port}`,
  });

/** Of a file that its server takes for nobody else's. */
export function ownFile(folder: string, name: string, source: string): string {
  const file = join(folder, name);
  copyFileSync(source, file);
  chmodSync(file, 0o600);
  return file;
}

/** OpenSMTPD on ports 25 and 587, which may ask for TLS, and 465. Its socket and spool lie where no other could be disturbed. */
export async function startSmtpd(lab: Lab, host: Host): Promise<Running | undefined> {
  if (!isInstalled('smtpd')) return undefined;
  const folder = openFolder(lab, 'smtpd');
  const file = join(folder, 'smtpd.conf');
  const pki = 'pki mail.example.com';
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=mail'];
  const authority = ['-CA', certFile, '-CAkey', keyFile, '-addext', 'subjectAltName=DNS:www.example.com'];
  await host.run('openssl', ...request, ...authority, '-out', cert, '-keyout', key);
  writeFileSync(
    file,
    `${pki} cert "${cert}"
${pki} key "${key}"
listen on eth0 port 25 tls ${pki} hostname mail.example.com
listen on eth0 port 587 tls ${pki} hostname mail.example.com
listen on eth0 port 465 smtps ${pki} hostname mail.example.com
action "keep" maildir "/nonexistent"
match from local for domain "example.invalid" action "keep"
`,
  );
  // `ip netns exec` has given the command a mount namespace of its own.
  const script = 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/spool && exec smtpd -d -f "$0"';
  const running = host.start(['sh', '-c', script, file]);
  await listening(host, 587);
  return running;
}

/** Dovecot with IMAP and POP3, plain and TLS; everybody's password is "secret". @param settings more of its configuration */
export async function startDovecot(lab: Lab, host: Host, settings = ''): Promise<Running | undefined> {
  const parts = ['imap-login', 'pop3-login'].map((name) => join('/usr/lib/dovecot', name));
  if (!isInstalled('dovecot') || !parts.every((part) => existsSync(part))) return undefined;
  const folder = openFolder(lab, 'dovecot');
  const mail = join(folder, 'mail');
  mkdirSync(mail);
  chmodSync(mail, 0o777);
  const file = join(folder, 'dovecot.conf');
  const home = `home=${mail}/%u`;
  writeFileSync(
    file,
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
protocols = imap pop3
ssl_cert = <${certFile}
ssl_key = <${keyFile}
disable_plaintext_auth = no
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
mail_location = maildir:${mail}/%u
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup ${home}
}
${settings}`,
  );
  const running = host.start(['dovecot', '-F', '-c', file]);
  await listening(host, 995);
  return running;
}

/**
 * vsftpd, for anonymous alone, with one file: /test.txt; where it is asked for TLS it wants it of both connections, and one
 * session. @param port 990: TLS from the start
 */
export async function startVsftpd(lab: Lab, host: Host, port = 21): Promise<Running | undefined> {
  if (!isInstalled('vsftpd')) return undefined;
  const folder = openFolder(lab, `vsftpd-${port}`);
  for (const name of ['files', 'empty']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'files', 'test.txt'), 'Test Page\n');
  const file = join(folder, 'vsftpd.conf');
  const settings = {
    background: 'NO',
    listen: 'NO',
    listen_ipv6: 'YES',
    anonymous_enable: 'YES',
    local_enable: 'NO',
    anon_root: `${folder}/files`,
    secure_chroot_dir: `${folder}/empty`,
    xferlog_enable: 'NO',
    listen_port: String(port),
    ssl_enable: 'YES',
    allow_anon_ssl: 'YES',
    implicit_ssl: port === 990 ? 'YES' : 'NO',
    require_ssl_reuse: 'YES',
    ssl_ciphers: 'HIGH',
    rsa_cert_file: certFile,
    rsa_private_key_file: keyFile,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(file, lines.join(''));
  const running = host.start(['vsftpd', file]);
  await listening(host, port);
  return running;
}

/** tinyproxy on port 3128, for everybody. */
export async function startTinyproxy(lab: Lab, host: Host): Promise<Running | undefined> {
  if (!isInstalled('tinyproxy')) return undefined;
  const file = join(openFolder(lab, 'tinyproxy'), 'tinyproxy.conf');
  writeFileSync(file, 'Port 3128\nTimeout 5\nMaxClients 10\nStartServers 2\n');
  const running = host.start(['tinyproxy', '-d', '-c', file]);
  await listening(host, 3128);
  return running;
}
