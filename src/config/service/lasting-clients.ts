// Clients that stay with a server that is out: what the service asks for, and the settings of the kernel without which
// they stay there for ever. The settings are of the whole machine, and so each remedy is told once.
// Source: net/netfilter/ipvs/ip_vs_core.c (ip_vs_in_hook), ip_vs_conn.c (ip_vs_check_template), Documentation/networking/ipvs-sysctl.rst.
import { checksOfService } from '../../model/checks/checks-of.ts';
import { kindsOf } from '../../model/checks/chosen.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { canFail } from '../checks/timing.ts';
import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import type { GlobalDraft } from './keys.ts';
import type { Subject } from './subject.ts';

type Setting = 'expire_nodest_conn' | 'expire_quiescent_template';
type Globals = Pick<GlobalDraft, 'ipvs'>;

export function judgeLastingClients(
  virtual: VirtualConfig,
  { draft, globals, site, resolution }: Subject<{ readonly protocol?: unknown }, Globals>,
): void {
  const { id, ops, quiescent, fallbackQuiescent, persistentSec } = virtual;
  if (!canFail(virtual)) return;
  const isOn = (setting: Setting) => isSet(setting, globals, resolution);
  const warn = (key: string, act: string, rule: string, got: string) =>
    void resolution.problems.push({ ...warningAt(site(key), act, rule, got), isToldOnce: true });
  const key = quiescent ? 'quiescent' : fallbackQuiescent ? 'fallback_quiescent' : undefined;
  if (persistentSec !== undefined && key !== undefined && !isOn('expire_quiescent_template')) {
    const rule = `${remedy('expire_quiescent_template', resolution)} beside ${key} and persistent, or ${key}: no`;
    warn('persistent', 'move persistent clients from a server that is out', rule, 'neither');
  }
  if (!takesUdp(virtual) || ops) return;
  if (!quiescent && isOn('expire_nodest_conn')) return;
  const rule = `${remedy('expire_nodest_conn', resolution)}${quiescent ? ' and quiescent: no' : ''}, or ops: yes`;
  const ofAddress = draft.protocol === undefined ? 'address' : 'protocol';
  warn(
    id.kind === 'fwmark' ? (virtual.marks === undefined ? 'fwmark' : 'marks') : ofAddress,
    'move UDP flows from a server that is out',
    rule,
    'neither',
  );
}

/** Of a mark say so the packets that get it from us, else the checks of its servers. */
function takesUdp(virtual: VirtualConfig): boolean {
  const { id, marks } = virtual;
  if (id.kind === 'address') return id.protocol === 'udp';
  if (marks !== undefined) return marks.some(({ protocol }) => protocol === 'udp');
  return checksOfService(virtual).some((each) => {
    const [kind] = kindsOf(each);
    return kind === 'udp' || kind === 'dns' || kind === 'radius';
  });
}

/** By the config, else by this host as it is. */
function isSet(setting: Setting, { ipvs }: Globals, { environment }: Resolution): boolean {
  const configured = ipvs?.sysctl?.[setting];
  return (configured ?? environment.readSysctl?.(`net/ipv4/vs/${setting}`)) === '1';
}

/** An ldirectord.cf has no section for it. */
const remedy = (setting: Setting, { dialect }: Pick<Resolution, 'dialect'>): string =>
  dialect === 'yaml'
    ? `"ipvs: {sysctl: {${setting}: yes}}"`
    : `"sysctl net.ipv4.vs.${setting}=1" on this host`;
