// Readers of text: configurations of every grammar, what convert takes, values, files of the host, what a server answers.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { convert, type Format, formats } from '../../../src/config/convert/convert.ts';
import { createEntryMemory } from '../../../src/config/entry-memory.ts';
import { parseLdirectord } from '../../../src/config/ldirectord/read.ts';
import { isSupervised } from '../../../src/config/ldirectord/supervised.ts';
import { parseChanged, parseConfig } from '../../../src/config/load.ts';
import { parseRealFile } from '../../../src/config/real-file.ts';
import { soughtPaths } from '../../../src/config/sought-paths.ts';
import { parseSyslogTarget } from '../../../src/config/syslog.ts';
import { parseYaml } from '../../../src/config/tree/yaml.ts';
import { parseGroupAddresses } from '../../../src/config/values/group-addresses.ts';
import { parseJsonTest } from '../../../src/config/values/json-test.ts';
import { parseDuration } from '../../../src/config/values/scalars.ts';
import { parseFallbackText, parseHostPort, parseRealText } from '../../../src/config/values/server-text.ts';
import { parseStatusRanges } from '../../../src/config/values/status-ranges.ts';
import { parseTrackText } from '../../../src/config/values/track-text.ts';
import { readValue } from '../../../src/daemon/tracking/file.ts';
import { parseFlow } from '../../../src/explain/flow.ts';
import type { ConfigEnvironment } from '../../../src/model/config/environment.ts';
import {
  parseDestinationName,
  parseRealName,
  parseServerKey,
  parseServiceName,
} from '../../../src/model/names.ts';
import { parseEndpoint } from '../../../src/net/endpoint.ts';
import { parseHostName } from '../../../src/net/host-name.ts';
import { parseInetAton } from '../../../src/net/inet-aton.ts';
import { parseIp } from '../../../src/net/ip.ts';
import { parseMac } from '../../../src/net/mac.ts';
import { parsePattern } from '../../../src/net/pattern/parse-pattern.ts';
import { parseNetmask, parsePrefix } from '../../../src/net/prefix.ts';
import { decodeText, encodeText } from '../../../src/net/raw-bytes.ts';
import { parseRoute, parseRule } from '../../../src/net/route.ts';
import { showableJson, shown } from '../../../src/net/shown.ts';
import { parseVirtualAddress } from '../../../src/net/virtual-address.ts';
import { readInterfaceName, readNumber, readTrack } from '../../../src/net/word-pairs.ts';
import { textOf } from '../../../src/probes/http/decode-body.ts';
import { createBodyReader } from '../../../src/probes/http/read-body.ts';
import { createHeadScanner, readHead } from '../../../src/probes/http/read-head.ts';
import { parseRange } from '../../../src/render/monitor-range.ts';
import { parseHosts, parseResolvConf } from '../../../src/system/names/resolver-files.ts';
import { aVirtual } from '../../make/a-virtual.ts';
import { noFiles } from '../../make/conversion.ts';
import { environment } from '../../make/environment.ts';
import { read, root } from '../../tidy/sources.ts';
import { bytesTarget, type Target, textTarget } from '../target.ts';

const folder = 'test/config/convert/corpus';
const keepalived = readdirSync(join(root, folder))
  .filter((name) => /\.conf$/.test(name))
  .map((name) => readFileSync(join(root, folder, name), 'utf8'));
const ldirectord = read('etc/ldirectord.cf');
const yaml = read('etc/lvs-director.yaml');
const saved =
  '-A -t 10.0.0.1:80 -s wrr -p 60 -M 255.255.255.0\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 5\n-A -f 7 -6 -s sh -b sh-port\n';
const yamls = [
  yaml,
  'virtual:\n- address: 10.0.0.1:80\n  real: [10.0.0.2:80 masq 5, {address: 10.0.0.3, weight: 2}]\n  http: {receive: "a|b$"}\nvrrp: [{name: A, interface: eth0, virtual_router_id: 7, virtual_ipaddress: [10.0.0.1/24]}]\n',
  'a: &x {b: [1, 2]}\nvirtual: [*x, <<: *x]\n',
];

const executed = [
  ldirectord,
  'execute=a.cf\nexecute=b.cf\nexecute=none.cf\nexecute="x.cf"\n',
  'callback=/bin/true\nautoreload=yes\nlogfile="local0"\nquiescent=\nvirtual=10.0.0.1:80\n\treal=\n\tchecktype=conn\n',
];

/** A problem has its place and reads as all do; there is no config beside an error. */
function parsed(text: string, name: string, more: Partial<ConfigEnvironment> = {}) {
  const { config, problems } = parseConfig(text, name, { ...environment, director: 'lvs1', ...more });
  if ((config === undefined) !== problems.some(({ severity }) => severity === 'error')) {
    throw new Error('a config beside an error, or neither');
  }
  for (const { at, message } of problems) {
    if (!/^Cannot .+: expected .+, got ./.test(message) || !(at.line > 0))
      throw new Error(`a problem reads: ${message}`);
  }
  return [config, problems];
}

/** What is read with the memory of another file is what is read without. */
function changed(text: string) {
  const memory = createEntryMemory();
  for (const known of yamls) parseConfig(known, 'x.yaml', environment, memory);
  const made = parseChanged(text, 'x.yaml', environment, { memory, newMax: text.length });
  if (made === undefined) return;
  const whole = parseConfig(text, 'x.yaml', environment);
  if (!isDeepStrictEqual(made, whole)) throw new Error('it is read otherwise where another was read before');
}

/** What convert makes is YAML, or it says why there is none. */
function converted(text: string, format: Format) {
  const { yaml: made, notes, problem } = convert({ file: 'old', text }, format, noFiles);
  const { problems } = parseConfig(made, 'x.yaml', environment);
  const broken = problems.find(({ message }) => message.startsWith('Cannot parse YAML'));
  if (broken !== undefined) throw new Error(broken.message);
  return [made, notes, problem];
}

const values = {
  ...{
    parseIp,
    parseInetAton,
    parseMac,
    parsePrefix,
    parseNetmask,
    parseRoute,
    parseRule,
    parseVirtualAddress,
    parseHostName,
    parseEndpoint,
  },
  ...{
    parseServiceName,
    parseRealName,
    parseDestinationName,
    parseFlow,
    parseHostPort,
    parseSyslogTarget,
    parseFallbackText,
    parseRealText,
  },
  ...{
    parseTrackText,
    parseDuration,
    parseRange,
    parseStatusRanges,
    parseGroupAddresses,
    readInterfaceName,
    readNumber,
    readTrack,
    readValue,
  },
} as const;

export const textTargets: readonly Target[] = [
  textTarget('yaml', ['parseConfig', 'parseChanged', 'parseYaml', 'soughtPaths'], yamls, (text) => [
    parsed(text, 'x.yaml'),
    changed(text),
    parseYaml(text, 'x.yaml'),
    soughtPaths(text, 'control_socket'),
  ]),
  textTarget('ldirectord.cf', ['parseLdirectord', 'isSupervised'], [ldirectord], (text) => [
    parsed(text, 'x.cf'),
    parseLdirectord(text, 'x.cf').problems,
    isSupervised(text),
  ]),
  textTarget('execute of an ldirectord.cf', ['readExecuted'], executed, (text) =>
    parsed('execute=a.cf\n', 'x.cf', {
      readExecuted: (file) => (file === 'none.cf' ? { rule: 'a file', got: file } : { file, text }),
    }),
  ),
  ...formats.map((format) =>
    textTarget(
      `convert ${format}`,
      ['convert'],
      { keepalived, ldirectord: [ldirectord], ipvsadm: [saved] }[format],
      (text) => converted(text, format),
    ),
  ),
  textTarget(
    'a file of servers',
    ['parseRealFile'],
    ['real: [10.0.0.2:80 masq 5]\n', '- 10.0.0.3 gate\n'],
    (text) => parseRealFile(text, { path: 'fleet.yaml', virtual: aVirtual(), director: 'lvs1', environment }),
  ),
  textTarget(
    'values',
    [...Object.keys(values), 'parseServerKey', 'parseJsonTest'],
    [
      ...[
        '10.9.0.1',
        'fd00::1%eth0',
        '10.0.0.0/24',
        '[fd00::1]:80',
        'web.example.org:http',
        '02:aa:bb:cc:dd:ee',
      ],
      ...[
        '10.1.0.0/24 via 10.9.0.254 dev eth0 metric 5',
        'from 10.1.0.0/24 lookup 100',
        '10.0.0.9/24 dev eth0 label eth0:1',
      ],
      ...[
        '10.0.0.2-10.0.0.9:80 masq 5 "a", "b"',
        '10.0.0.1->10.0.0.5:80 gate',
        'tcp 10.0.0.1:80',
        'fwmark 7',
        'x weight 5',
      ],
      ...[
        '1h30m',
        '200-299,301',
        '203.0.113.5:40000 -> 10.0.0.1:80/tcp',
        'udp://[2001:db8::9]:601',
        '$.a[0] == "x"',
        '10.0.0.6-8:80, fwmark 9',
      ],
    ],
    (text) => [
      ...Object.values(values).map((parse) => parse(text)),
      parseServerKey(text, parseRealName),
      parseJsonTest(text),
    ],
  ),
  textTarget(
    'pattern',
    ['parsePattern'],
    ['^a(b|c)*[^x-z\\d]{2,3}?\\b$', '(?i:x)\\x{e9}\\Qa.b\\E', '(?<=a)b'],
    (text) => parsePattern(text),
  ),
  textTarget(
    'files of the host',
    ['parseHosts', 'parseResolvConf'],
    [
      '127.0.0.1 localhost a\n::1 localhost\n',
      'search a.b\nnameserver 10.0.0.1\noptions ndots:2 timeout:1\n',
    ],
    (text) => [parseHosts(text), parseResolvConf(text, 'h.example.org')],
  ),
  bytesTarget(
    'text of bytes',
    ['decodeText'],
    [Buffer.from('aé\u{1f600}'), Buffer.from([0xc3, 0x28, 0xff])],
    (bytes) => {
      const text = decodeText(Buffer.from(bytes));
      if (!encodeText(text).equals(Buffer.from(bytes))) throw new Error('bytes are lost');
      const json = showableJson({ [text]: [text, shown(text)] });
      if (/[\p{Cc}\p{Cs}]/u.test(json)) throw new Error('it drives a terminal');
      return [text, JSON.parse(json)];
    },
  ),
  bytesTarget(
    'HTTP answer',
    ['readHead'],
    [
      Buffer.from(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: a\r\n b\r\n\r\n4;x=y\r\nabcd\r\n0\r\n\r\n',
      ),
      Buffer.from('HTTP/1.0 200 OK\nContent-Length: 3\nContent-Type: text/html; charset=latin1\n\nabc'),
    ],
    (bytes) => {
      const all = Buffer.from(bytes);
      const end = createHeadScanner().endIn(all);
      const head = readHead(all.subarray(0, end).toString('latin1'));
      if (head === undefined) return undefined;
      const { pieces, ended } = createBodyReader('GET', head).take(all.subarray(end ?? all.length));
      const body = Buffer.concat(pieces);
      if (body.length > all.length) throw new Error('more came out than went in');
      return [head, ended, textOf(body, head.headers.get('content-type'))];
    },
  ),
];
