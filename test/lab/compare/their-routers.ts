// What keepalived made of vrrp_instance, vrrp_sync_group, vrrp_script and what is tracked, out of its dump. Numbers are in
// the units of our config. Source: keepalived/vrrp/vrrp_data.c (dump_vrrp), keepalived/vrrp/vrrp_track.c.
import { cleanName } from '../../../src/config/convert/keepalived/tracking.ts';
import { parsePrefix } from '../../../src/net/prefix.ts';
import { belowOf, type Dump, type Dumped, saidOf } from './dump.ts';
import { type Facts, type Fields, fieldsOf, setOf, type Thing } from './facts.ts';
import { programAndArguments } from './names.ts';

export const theirRouters = (dump: Dump): Facts => {
  const groups = sectionOf(dump, 'VRRP Sync groups', 'VRRP Sync Group').map(groupOf);
  const instances = sectionOf(dump, 'VRRP Topology', 'VRRP Instance').map(instanceOf);
  return [
    ...instances.map((instance) => withTrackersOf(instance, [...instances, ...groups])),
    ...groups.map(({ fields, ...group }) => ({ ...group, fields: without(fields, trackKeys) })),
    ...syncOf(dump),
    ...sectionOf(dump, 'VRRP Scripts', 'VRRP Script').map(scriptOf),
    ...sectionOf(dump, 'VRRP Track processes', 'VRRP Track process')
      .map(processOf)
      .filter(({ name }) => isTracked(name.replace('vrrp_track_process ', ''), [...instances, ...groups])),
  ];
};

/** It keeps a process that nobody tracks; what it is does not matter then. */
const isTracked = (name: string, trackers: Facts): boolean =>
  trackers.some(({ fields }) =>
    fields.track_process?.split(', ').some((each) => each.startsWith(`${name} `)),
  );

type Named = { readonly name: string; readonly below: readonly Dumped[] };

const sectionOf = ({ sections }: Dump, title: string, key: string): readonly Named[] =>
  (sections.get(title) ?? []).flatMap(({ text, below }) =>
    text.startsWith(`${key} = `) ? [{ name: text.slice(key.length + 3), below }] : [],
  );

const thing = (key: string, name: string, fields: Fields): Thing => ({
  name: `${key} ${cleanName(name)}`,
  fields,
  block: `${key} ${name}`,
});

function instanceOf({ name, below }: Named): Thing {
  const [value, unit] = (saidOf(below, 'Advert interval') ?? '').split(' ');
  const device = saidOf(below, 'Interface') ?? '';
  const [, vmac, base = ''] = /^(\S+), vmac on ([^\s,]+)/.exec(device) ?? [];
  const seconds = (key: string) => Number(/^[\d.]+/.exec(saidOf(below, key) ?? '0')?.[0]) * 1000;
  const refresh = seconds('Gratuitous ARP refresh');
  const repeat = saidOf(below, 'Gratuitous ARP refresh repeat');
  const source = saidOf(below, 'Using src_ip');
  const own = vmac === undefined ? device : base;
  const addressesIn = (title: string) => firstOfEach(belowOf(below, title).map(addressOf(own, vmac)));
  const [floating, excluded] = [addressesIn('Virtual IP ('), addressesIn('Virtual IP Excluded')];
  return thing('vrrp_instance', name, {
    ...fieldsOf({
      interface: own,
      vmac,
      vmac_xmit_base: device.includes(', xmit base i/f'),
      virtual_router_id: saidOf(below, 'Virtual Router ID'),
      version: saidOf(below, 'VRRP Version'),
      priority: saidOf(below, 'Priority'),
      advert_int: Number(value) * (unit === 'sec' ? 1000 : 1),
      accept: saidOf(below, 'Accept') === 'enabled',
      preempt: saidOf(below, 'Preempt') === 'enabled',
      preempt_delay: seconds('Preempt delay'),
      auth_pass: passwordOf(below),
      source: / \(from configuration\)$/.test(source ?? '') ? source?.replace(/ .*/, '') : undefined,
      garp_master_delay: seconds('Gratuitous ARP delay'),
      garp_master_repeat: saidOf(below, 'Gratuitous ARP repeat'),
      // Of no announcement at all where vrrp_min_garp says so.
      garp_master_refresh: repeat === '0' ? 0 : seconds('Gratuitous ARP refresh'),
      garp_master_refresh_repeat: refresh > 0 && repeat !== '0' ? repeat : undefined,
      peers: setOf([...new Set(belowOf(below, 'Unicast Peer').map(({ text }) => text))]),
      addresses: linkLocalFirst(floating).join(', '),
      excluded: setOf(excluded.filter((text) => !floating.some((one) => prefixOf(one) === prefixOf(text)))),
      routes: setOf(belowOf(below, 'Virtual Routes').map(routeOf)),
      rules: setOf(belowOf(below, 'Virtual Rules').map(ruleOf)),
      sync_group: cleanName(saidOf(below, 'Sync group') ?? ''),
    }),
    ...trackersOf(below),
    ...notifiesOf(below),
  });
}

/** What it leaves to the kernel is the kernel's (linux/ip_vs.h). */
function syncOf({ sections }: Dump): Facts {
  const said = sections.get('Global definitions') ?? [];
  const value = (key: string) => saidOf(said, `LVS syncd ${key}`);
  const group = said.map(({ text }) => /^LVS mcast group (\S+)/.exec(text)?.[1]).find(Boolean);
  if (value('interface') === undefined) return [];
  return [
    {
      ...{ name: 'lvs_sync_daemon', block: 'global_defs' },
      fields: fieldsOf({
        ...{ interface: value('interface'), instance: cleanName(value('vrrp instance') ?? '') },
        ...{ id: value('syncid'), maxlen: value('maxlen') ?? 0, group: group ?? '224.0.0.81' },
        ...{ port: value('mcast port') ?? 8848, ttl: value('mcast ttl') ?? 1 },
      }),
    },
  ];
}

function passwordOf(below: readonly Dumped[]): string | undefined {
  const type = saidOf(below, 'Authentication type');
  if (type === undefined || type === 'none') return undefined;
  return type === 'SIMPLE_PASSWORD' ? saidOf(below, 'Password') : type;
}

/** "10.0.0.1/24 brd 10.0.0.255 dev eth1 scope link label eth1:x no_track", less what is so by itself. */
const addressOf =
  (own: string, vmac: string | undefined) =>
  ({ text }: Dumped): string => {
    const [first = '', ...words] = text.split(' ');
    const prefix = parsePrefix(first);
    const of = (key: string) => (words.includes(key) ? words[words.indexOf(key) + 1] : undefined);
    const device = of('dev')?.replace(/@.*/, '');
    return [
      prefix === undefined ? first : `${prefix.address}/${prefix.length}`,
      device === own || device === vmac ? undefined : `dev ${device}`,
      of('scope') === 'global' ? undefined : `scope ${of('scope')}`,
      of('label') === undefined ? undefined : `label ${of('label')}`,
      of('brd') === undefined ? undefined : `brd ${of('brd')}`,
      words.includes('no_track') ? 'no_track' : undefined,
    ]
      .filter((word) => word !== undefined)
      .join(' ');
  };

/** As our config has them (RFC 9568 §5.2.9). */
const linkLocalFirst = (texts: readonly string[]): readonly string[] =>
  [...texts].sort((a, b) => Number(b.startsWith('fe80:')) - Number(a.startsWith('fe80:')));

/** The kernel refuses an address the second time, whatever its label. */
const firstOfEach = (texts: readonly string[]): readonly string[] =>
  texts.filter((text, i) => texts.findIndex((other) => prefixOf(other) === prefixOf(text)) === i);
const prefixOf = (text: string): string | undefined => text.split(' ')[0];

const valueIn = (words: readonly string[], key: string): string | undefined => {
  const at = words.indexOf(key);
  const value = at < 0 ? undefined : words[at + 1];
  return value === 'inet' || value === 'inet6' || value === 'lock' ? words[at + 2] : value;
};
const spelled = (words: readonly string[], keys: readonly string[]): readonly string[] =>
  keys.flatMap((key) => {
    const value = valueIn(words, key);
    return value === undefined ? [] : [`${key} ${value}`];
  });

function routeOf({ text }: Dumped): string {
  const words = text.replace(/^(prepend|append|add) /, '').split(' ');
  const kind = /^(blackhole|unreachable|prohibit)$/.test(words[0] ?? '') ? words.shift() : undefined;
  const [destination = ''] = words;
  const prefix = parsePrefix(destination);
  const keys = spelled(words, ['via', 'dev', 'src', 'metric', 'mtu', 'table']);
  return [
    ...(kind === undefined ? [] : [kind]),
    prefix === undefined ? destination : `${prefix.address}/${prefix.length}`,
    ...keys.filter((each) => each !== 'table 254'),
    ...(words.includes('onlink') ? ['onlink'] : []),
  ].join(' ');
}

function ruleOf({ text }: Dumped): string {
  const words = text.split(' ');
  const action = words.find((word) => /^(blackhole|unreachable|prohibit)$/.test(word));
  const keys = spelled(words, ['from', 'to', 'iif', 'oif', 'fwmark', 'lookup', 'priority']);
  return [
    ...(action === undefined ? [] : [action]),
    ...keys.filter((each) => !/^(from|to) (all|0\.0\.0\.0\/0|::\/0)$/.test(each)),
  ].join(' ');
}

const tracked = {
  track_interface: 'Tracked interfaces',
  track_script: 'Tracked scripts',
  track_file: 'Tracked files',
  track_process: 'Tracked process',
} as const;

const trackKeys = Object.keys(tracked);

const trackersOf = (below: readonly Dumped[]): Fields =>
  fieldsOf(
    Object.fromEntries(
      Object.entries(tracked).map(([key, title]) => [
        key,
        setOf(belowOf(below, title).map(({ text }) => text.replace(',', '').replace(/:$/, ''))),
      ]),
    ),
  );

const without = (fields: Fields, keys: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));

/** What a member of a group tracks is tracked for all of them, as what the group does. */
function withTrackersOf(instance: Thing, others: Facts): Thing {
  const group = instance.fields.sync_group;
  if (group === undefined) return instance;
  const members = others.filter(
    ({ name, fields }) => fields.sync_group === group || name === `vrrp_sync_group ${group}`,
  );
  const trackers = Object.keys(tracked).map((key) => [
    key,
    setOf([...new Set(members.flatMap(({ fields }) => fields[key]?.split(', ') ?? []))]),
  ]);
  return {
    ...instance,
    fields: {
      ...without(instance.fields, ['sync_group', ...trackKeys]),
      ...fieldsOf(Object.fromEntries(trackers)),
    },
  };
}

const notifies = {
  notify_master: 'Master state transition',
  notify_backup: 'Backup state transition',
  notify_fault: 'Fault state transition',
  notify_stop: 'Stop state transition',
  notify: 'Generic state transition',
} as const;

/** "'/usr/bin/true' 'a', uid:gid 0:0" as its words; what keepalived finds no program in goes to a shell as it stands. */
export function commandIn(text: string | undefined): string | undefined {
  const command = text?.replace(/, uid:gid \d+:\d+$/, '');
  if (command === undefined || command === '') return undefined;
  if (!command.startsWith("'")) return programAndArguments(['/bin/sh', '-c', command]);
  return JSON.stringify(
    [...command.matchAll(/'((?:[^']|'(?! '|$))*)'(?: |$)/g)].map((match) => match[1] ?? ''),
  );
}

const notifiesOf = (below: readonly Dumped[]): Fields =>
  fieldsOf(
    Object.fromEntries(
      Object.entries(notifies).map(([key, title]) => [key, commandIn(saidOf(below, `${title} script`))]),
    ),
  );

function groupOf({ name, below }: Named): Thing {
  const own = name.replace(/, \w+$/, '');
  const members = belowOf(below, 'VRRP member instances').map(({ text }) => cleanName(text));
  return thing('vrrp_sync_group', own, {
    ...fieldsOf({ group: setOf(members) }),
    ...trackersOf(below),
    ...notifiesOf(below),
  });
}

function scriptOf({ name, below }: Named): Thing {
  const seconds = (key: string) => Number.parseInt(saidOf(below, key) ?? '0', 10) * 1000;
  return thing(
    'vrrp_script',
    name,
    fieldsOf({
      script: commandIn(saidOf(below, 'Command')),
      interval: seconds('Interval'),
      timeout: seconds('Timeout') || seconds('Interval'),
      rise: saidOf(below, 'Rise'),
      fall: saidOf(below, 'Fall'),
    }),
  );
}

function processOf({ name, below }: Named): Thing {
  const match = below.find(({ text }) => text.startsWith('Param match'))?.text;
  return thing(
    'vrrp_track_process',
    name,
    fieldsOf({
      process: saidOf(below, 'Process'),
      parameters: saidOf(below, 'Parameters'),
      param_match: match?.replace(/^Param match( = )?/, ''),
      quorum: saidOf(below, 'Min processes'),
      quorum_max: saidOf(below, 'Max processes'),
    }),
  );
}
