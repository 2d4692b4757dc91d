// What the daemon reads back that it wrote itself, and anybody may have changed: JSON of its state folder.
import { parseDirectorRecord } from '../../../src/daemon/director/director-memory.ts';
import { decodeBatch } from '../../../src/daemon/health/processes/decode-batch.ts';
import { parseOverrides } from '../../../src/daemon/operator/operator.ts';
import { parseLeavingState } from '../../../src/daemon/reconcile/leaving-servers.ts';
import { parseClaimRecord } from '../../../src/daemon/vrrp/holdings/claim-record.ts';
import { parseSelection, parseSince } from '../../../src/explain/select-events.ts';
import { parseJournaldEntry } from '../../../src/journal/parse-journald-entry.ts';
import { parseRecordLine } from '../../../src/journal/record.ts';
import { parseKept } from '../../../src/roster/kept.ts';
import { type Target, textTarget } from '../target.ts';

const samples: readonly string[] = [
  '{"10.0.0.2:80":{"kind":"drain"},"tcp 10.0.0.1:80 10.0.0.2:80":{"kind":"weight","weight":5},"__proto__":{"kind":"disable"}}',
  '{"boot":"b","claims":{"eth0":{"arp_ignore":"0"}},"sysctls":{"a/b":"1"},"timeouts":{"tcp":900,"tcpfin":120,"udp":300}}',
  '{"tcp 10.0.0.1:80":[{"real":"10.0.0.2:80","since":1,"until":2}]}',
  '{"names":{"a.example.org":{"inet":["10.0.0.2"],"at":1}},"files":{"/etc/fleet":"real: []"}}',
  '[[],{},null,1e999,"",-0,true]',
];

/** Of text that is no JSON nothing is read back. */
const ofJson = (read: (value: unknown) => unknown) => (text: string) => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return read(value);
};

export const stateTargets: readonly Target[] = [
  textTarget(
    'state files',
    ['parseOverrides', 'parseClaimRecord', 'parseLeavingState', 'parseDirectorRecord', 'parseKept'],
    samples,
    ofJson((value) => [
      ...[parseOverrides, parseLeavingState, parseKept].map((read) => read(value)),
      ...[parseClaimRecord, parseDirectorRecord].map((read) => read(value, 'b')),
    ]),
  ),
  textTarget(
    'kept events',
    ['parseRecord', 'parseRecordLine'],
    [
      '{"event":"real.up","level":"info","message":"x","timestamp":"2026-03-01T14:00:00.000Z","service":"tcp 10.0.0.1:80"}',
      '{"event":"a","level":"error","message":"","timestamp":"+275760-09-13T00:00:00Z"}',
    ],
    parseRecordLine,
  ),
  textTarget(
    'entries of the journal',
    ['parseJournaldEntry'],
    [
      '{"__REALTIME_TIMESTAMP":"1","_HOSTNAME":"lvs1","MESSAGE":"real.up: x","PRIORITY":"6","LVS_EVENT":"real.up","LVS_TIMESTAMP":"2026-03-01T14:00:00.000Z","LVS_JSON":"LVS_MS","LVS_MS":"5"}',
      '{"__REALTIME_TIMESTAMP":"1","MESSAGE":[123,125],"LVS_EVENT":["a","b"],"LVS_JSON":[[1]],"LVS___PROTO__":"x"}',
    ],
    ofJson(parseJournaldEntry),
  ),
  textTarget(
    'what a check process says',
    ['decodeBatch'],
    [
      '{"type":"results","rows":[[7,1000000,12,340,0,null],[8,1000000,12,340,1,{"outcome":"success","detail":"x","weight":3}]],"underWay":1,"waiting":0}',
      '{"type":"results","rows":[[7,1,2,3,0,{"outcome":"failure","detail":"x","certificate":{"subject":"a","expires":"2026-12-24T00:00:00.000Z","daysLeft":-3,"endsSoon":true}}]],"underWay":0,"waiting":0}',
      '{"type":"fault","event":{"event":"daemon.fault","process":"check","kind":"uncaughtException","error":"a","reason":"b","stack":["c"],"ends":true}}',
      '{"type":"ready","user":"nobody"}',
    ],
    ofJson(decodeBatch),
  ),
  textTarget(
    'which events',
    ['parseSelection', 'parseSince'],
    ['1h30m', '2026-03-01T14:00:00Z', '2026-02-31', '99999999999999999999d', 'warn'],
    (text) => [parseSince(text, 0), parseSelection({ since: text, about: text, level: text }, 0)],
  ),
];
