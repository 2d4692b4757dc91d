// Real DNS, LDAP, RADIUS and SQL servers in the foreground, each with files of its own in a folder of the lab. A
// server whose program is not installed is undefined: its tests are skipped and say why.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certFile, keyFile } from '../../probes/scripted-server.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import type { Running } from '../harness/process.ts';
import { isInstalled, listening, openFolder, ownFile } from './real-servers.ts';

/** unbound with www.example.com, for everybody, on the host's two addresses. */
export async function startUnbound(
  lab: Lab,
  host: Host,
  addresses: readonly string[],
): Promise<Running | undefined> {
  if (!isInstalled('unbound')) return undefined;
  const file = join(openFolder(lab, 'unbound'), 'unbound.conf');
  writeFileSync(
    file,
    `server:
  ${addresses.map((address) => `interface: ${address}`).join('\n  ')}
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "/"
  pidfile: ""
  use-syslog: no
  module-config: "iterator"
  local-zone: "." static
  local-data: ". 60 IN SOA ns.example.com. hm.example.com. 7 1 1 1 1"
  local-data: "www.example.com. 60 IN A 10.0.0.1"
  local-data: "www.example.com. 60 IN A 10.0.0.2"
  local-data: "www.example.com. 60 IN AAAA fd09::80"
  local-data: "example.com. 60 IN MX 10 mx.example.com."
  local-data-ptr: "10.0.0.1 www.example.com"
remote-control:
  control-enable: no
`,
  );
  const running = host.start(['unbound', '-d', '-c', file]);
  await listening(host, 53);
  return running;
}

/** slapd with dc=example,dc=com, whose administrator is cn=admin with the password "secret". @param settings more of all databases */
export async function startSlapd(lab: Lab, host: Host, settings = ''): Promise<Running | undefined> {
  if (!isInstalled('slapd')) return undefined;
  const folder = openFolder(lab, 'slapd');
  mkdirSync(join(folder, 'db'));
  const file = join(folder, 'slapd.conf');
  writeFileSync(
    file,
    `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/pid
TLSCertificateFile ${certFile}
TLSCertificateKeyFile ${keyFile}
${settings}database mdb
maxsize 1048576
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
rootpw secret
directory ${folder}/db
`,
  );
  const entries = join(folder, 'entries.ldif');
  writeFileSync(
    entries,
    'dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\no: Example\n',
  );
  await host.run('slapadd', '-f', file, '-l', entries);
  const running = host.start(['slapd', '-d', '0', '-h', 'ldap:/// ldaps:///', '-f', file]);
  await listening(host, 636);
  return running;
}

/** FreeRADIUS with the secret "testing123" for the lab's networks, and the user check with "geheim". */
export async function startFreeradius(lab: Lab, host: Host): Promise<Running | undefined> {
  if (!isInstalled('freeradius')) return undefined;
  const folder = openFolder(lab, 'freeradius');
  writeFileSync(join(folder, 'dictionary'), '');
  writeFileSync(join(folder, 'users'), 'check Cleartext-Password := "geheim"\n');
  const client = (name: string, network: string) =>
    block(`client ${name}`, network, 'secret = testing123', 'require_message_authenticator = yes');
  const listen = (address: string) => block('listen', 'type = auth', address, 'port = 1812');
  const config = [
    ...[
      'libdir = /usr/lib/freeradius',
      `logdir = ${folder}`,
      `run_dir = ${folder}`,
      `pidfile = ${folder}/pid`,
    ],
    block('security', 'reject_delay = 0'),
    client('lan', 'ipaddr = 10.9.0.0/24'),
    client('lan6', 'ipv6addr = fd09::/64'),
    block('modules', block('files', `usersfile = ${folder}/users`), block('pap')),
    block(
      'server default',
      listen('ipaddr = *'),
      listen('ipv6addr = ::'),
      block('authorize', 'files', 'pap'),
      block('authenticate', block('Auth-Type PAP', 'pap')),
    ),
  ];
  writeFileSync(join(folder, 'radiusd.conf'), `${config.join('\n')}\n`);
  const running = host.start(['freeradius', '-f', '-l', 'stdout', '-d', folder, '-n', 'radiusd']);
  await running.waitFor(/Ready to process requests/);
  return running;
}

/** A section of FreeRADIUS' configuration. */
const block = (name: string, ...lines: readonly string[]) => [`${name} {`, ...lines, '}'].join('\n');

/** The user that both databases have: check with "geheim", and its table. */
const table = 'CREATE TABLE item (name VARCHAR(20)); ';

/** MariaDB with the database shop. */
export async function startMariadb(lab: Lab, host: Host): Promise<Running | undefined> {
  if (!isInstalled('mariadbd')) return undefined;
  const folder = openFolder(lab, 'mariadb');
  const data = join(folder, 'data');
  mkdirSync(join(data, 'mysql'), { recursive: true });
  // What mariadb-install-db does with them, which takes more packages than the server itself.
  const tables = ['mysql_system_tables', 'mysql_system_tables_data'].map(
    (name) => `/usr/share/mysql/${name}.sql`,
  );
  const bootstrap = ['mariadbd', '--no-defaults', '--bootstrap', `--datadir=${data}`, '--user=root'];
  const script = 'first=$1 second=$2; shift 2; { echo "USE mysql;"; cat "$first" "$second"; } | "$@"';
  await host.run('sh', '-c', script, 'sh', ...tables, ...bootstrap);
  const init = join(folder, 'init.sql');
  const plugins = ed25519Plugins();
  const users = [
    ...userOf('check', "BY 'geheim'"),
    ...(plugins === undefined ? [] : userOf('modern', "VIA ed25519 USING PASSWORD('geheim')")),
  ];
  writeFileSync(init, `CREATE DATABASE shop;\nUSE shop;\n${table}\n${users.join('\n')}\n`);
  const running = host.start([
    ...['mariadbd', '--no-defaults', `--datadir=${data}`, '--user=root', '--bind-address=*'],
    ...[`--socket=${folder}/socket`, `--pid-file=${folder}/pid`, `--init-file=${init}`],
    ...['--innodb-buffer-pool-size=8M', '--innodb-flush-log-at-trx-commit=0'],
    ...[`--ssl-cert=${certFile}`, `--ssl-key=${keyFile}`],
    ...(plugins === undefined ? [] : [`--plugin-dir=${plugins}`, '--plugin-load-add=auth_ed25519']),
  ]);
  await running.waitFor(/ready for connections/, { timeoutMs: 30_000 });
  return running;
}

const userOf = (name: string, identified: string): readonly string[] => [
  `CREATE USER '${name}'@'%' IDENTIFIED ${identified};`,
  `GRANT SELECT ON shop.* TO '${name}'@'%';`,
];

const labFolder = fileURLToPath(new URL('../../../.lab', import.meta.url));

/** Where its plug-in ed25519 lies; Debian keeps it in mariadb-server, of which nothing else is needed. */
export const ed25519Plugins = (): string | undefined =>
  ['/usr/lib/mysql/plugin', join(labFolder, 'mariadb/usr/lib/mysql/plugin')].find((folder) =>
    existsSync(join(folder, 'auth_ed25519.so')),
  );

/** PostgreSQL with the database shop, in clear and over TLS; passwords are asked for with SCRAM. */
export async function startPostgres(lab: Lab, host: Host): Promise<Running | undefined> {
  const programs = postgresPrograms();
  if (programs === undefined) return undefined;
  const folder = openFolder(lab, 'postgres');
  const data = join(folder, 'data');
  const password = join(folder, 'password');
  writeFileSync(password, 'geheim\n', { mode: 0o644 });
  await host.run('chown', '-R', 'nobody', folder);
  // It runs as anybody but root.
  const asNobody = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'];
  const login = ['-U', 'check', '--pwfile', password, '-A', 'scram-sha-256', '--no-sync', '-E', 'UTF8'];
  await host.run(...asNobody, join(programs, 'initdb'), '-D', data, ...login, '--no-locale');
  // Shared memory in its own folder: killed, it would leave POSIX segments behind.
  const memory = ['-c', 'dynamic_shared_memory_type=mmap'];
  const single = [...asNobody, join(programs, 'postgres'), '--single', '-D', data, ...memory];
  await host.run('sh', '-c', `echo 'CREATE DATABASE shop' | "$@" postgres`, 'sh', ...single);
  await host.run('sh', '-c', `echo '${table}' | "$@" shop`, 'sh', ...single);
  writeFileSync(join(data, 'pg_hba.conf'), 'host all all all scram-sha-256\n');
  const settings = {
    ...{ listen_addresses: '*', unix_socket_directories: folder, fsync: 'off', ssl: 'on' },
    ssl_cert_file: ownFile(data, 'cert.pem', certFile),
    ssl_key_file: ownFile(data, 'key.pem', keyFile),
  };
  await host.run('chown', 'nobody', settings.ssl_cert_file, settings.ssl_key_file);
  const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const running = host.start([...asNobody, join(programs, 'postgres'), '-D', data, ...memory, ...options]);
  await running.waitFor(/ready to accept connections/, { timeoutMs: 30_000 });
  return running;
}

/** Debian keeps them out of the PATH, in a folder a version. */
function postgresPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  try {
    const [version] = readdirSync(root).filter((each) => isInstalled(`../lib/postgresql/${each}/bin/initdb`));
    return version === undefined ? undefined : join(root, version, 'bin');
  } catch {
    return undefined;
  }
}
