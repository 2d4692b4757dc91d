// What other clients make of a server on loopback: curl, LWP as ldirectord uses it, and HAProxy's httpchk.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { attempt, run, start, waitUntil } from '../harness/process.ts';

const limitSec = 3;

/** The first that is not there. */
export async function missingOf(...programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) {
    if ((await attempt(['sh', '-c', `command -v ${program}`])).status !== 0) return program;
  }
  return undefined;
}

/** Up: it came to a 2xx status and curl had nothing to complain of. */
export async function askCurl(port: number): Promise<boolean> {
  const { status, stdout } = await attempt(
    [
      'curl',
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '--max-time',
      `${limitSec}`,
      `http://127.0.0.1:${port}/`,
    ],
    60_000,
  );
  return status === 0 && /^2\d\d$/.test(stdout);
}

/** ldirectord's check_http, without its patterns. */
const perl = `use LWP::UserAgent;
for my $port (@ARGV) {
  my $agent = LWP::UserAgent->new(timeout => ${limitSec}, max_redirect => 0, env_proxy => 0);
  my $said = eval {
    local $SIG{ALRM} = sub { die "timeout" };
    alarm ${limitSec};
    my $answer = $agent->get("http://127.0.0.1:$port/");
    alarm 0;
    $answer->is_success ? "up" : "down";
  } // "down";
  alarm 0;
  print "$port $said\\n";
}`;

export async function askLwp(ports: readonly number[]): Promise<ReadonlySet<number>> {
  const said = await run(['perl', '-e', perl, ...ports.map(String)], 600_000);
  return new Set([...said.matchAll(/^(\d+) up$/gm)].map(([, port]) => Number(port)));
}

/** Up is who passes a check. @param folder for its configuration and socket */
export async function askHaproxy(folder: string, ports: readonly number[]): Promise<ReadonlySet<number>> {
  const socket = join(folder, 'haproxy.sock');
  const config = [
    'global',
    `  stats socket ${socket}`,
    'defaults',
    '  mode http',
    '  timeout connect 3s',
    '  timeout client 3s',
    '  timeout server 3s',
    `  timeout check ${limitSec}s`,
    'backend all',
    '  option httpchk GET / HTTP/1.1',
    '  http-check expect status 200-299',
    ...ports.map((port) => `  server s${port} 127.0.0.1:${port} check inter 1s rise 1 fall 1`),
    '',
  ];
  writeFileSync(join(folder, 'haproxy.cfg'), config.join('\n'));
  const haproxy = start(['haproxy', '-db', '-f', join(folder, 'haproxy.cfg')]);
  const checked = async () => {
    const checks = await checksOf(socket);
    return checks.size === ports.length && ![...checks.values()].includes('INI') ? checks : undefined;
  };
  try {
    const checks = await waitUntil(checked, {
      what: 'every server was checked by HAProxy',
      timeoutMs: 60_000,
    });
    return new Set([...checks].flatMap(([port, status]) => (status.startsWith('L7OK') ? [port] : [])));
  } finally {
    await haproxy.stop();
  }
}

/** The status of the last check of each server, by its port. */
async function checksOf(socket: string): Promise<ReadonlyMap<number, string>> {
  const said = await new Promise<string>((resolve) => {
    const client = connect(socket, () => client.end('show stat\n'));
    let text = '';
    client.on('data', (chunk) => {
      text += chunk.toString();
    });
    client.on('error', () => resolve(''));
    client.on('close', () => resolve(text));
  });
  const [names = '', ...rows] = said.split('\n');
  const at = names.split(',').indexOf('check_status');
  return new Map(
    rows.flatMap((row) => {
      const [, name = '', ...cells] = row.split(',');
      const status = cells[at - 2]?.replace('* ', '') || 'INI';
      return /^s\d+$/.test(name) ? [[Number(name.slice(1)), status] as const] : [];
    }),
  );
}
