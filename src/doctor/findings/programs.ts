// Other programs of this network namespace that keep an IPVS table, or virtual addresses, of their own.
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';

/** By what /proc calls them: what they do here, and how they are kept from starting again. */
export const keepers: Readonly<Record<string, { readonly does: string; readonly stop?: string }>> = {
  keepalived: {
    does: 'keeps an IPVS table and virtual addresses',
    stop: 'systemctl disable --now keepalived',
  },
  ldirectord: { does: 'keeps an IPVS table', stop: 'systemctl disable --now ldirectord' },
  'kube-proxy': { does: 'clears services of IPVS that are not its own, in mode ipvs' },
  'kube-router': { does: 'clears services of IPVS that are not its own' },
};

export const programs: Examination<Facts> = {
  subject: 'other programs that keep IPVS or virtual addresses',
  names: ['foreign-program'],
  examine: ({ programs: running }) =>
    running.map(({ program, pid }): Finding => {
      const { does = 'keeps an IPVS table', stop } = keepers[program] ?? {};
      return {
        ...{ name: 'foreign-program', level: 'fault', services: [] },
        what: `${program} runs here (process ${pid})`,
        why: `it ${does}: the two take back, again and again, what the other has done`,
        command: `kill ${quoted(pid)}`,
        advice: stop ?? `let ${program} balance without IPVS, or keep it off this host`,
      };
    }),
};
