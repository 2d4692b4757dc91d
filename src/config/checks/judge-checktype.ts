// What checktype asks for and cannot have: a service that nobody speaks, an answer without a body, a program that is not
// named. What one service lacks is judge.ts's.
import { isUnspoken } from '../../model/checks/chosen.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { Warn } from '../problem.ts';
import type { CheckDraft } from './check.ts';

export function judgeChecktype(virtual: VirtualConfig, draft: CheckDraft, warn: Warn): void {
  const { checktype, service, httpmethod, receive } = virtual;
  const speaks = checktype.kind === 'negotiate' || checktype.kind === 'combined';
  if (speaks && isUnspoken(service)) {
    const rule =
      'checktype external with a program that speaks it, as it is only connected to (over udp pinged)';
    warn(draft.service === undefined ? 'address' : 'service', 'negotiate', rule, service);
  }
  const http = speaks && (service === 'http' || service === 'https');
  const servers = [...virtual.reals, ...(virtual.namedReals ?? [])];
  const expects = receive !== '' || servers.some((real) => (real.receive ?? '') !== '');
  if (http && httpmethod === 'HEAD' && expects) {
    warn('httpmethod', 'match receive', 'GET, as an answer to HEAD has no body', 'HEAD');
  }
  if (checktype.kind === 'external-perl') {
    warn(
      'checktype',
      'keep the script loaded',
      'external, as perl is started for each check',
      'external-perl',
    );
  }
  const external = checktype.kind === 'external' || checktype.kind === 'external-perl';
  if (external && draft.checkcommand === undefined && draft.misc_path === undefined) {
    warn(
      'checktype',
      'learn anything from the check',
      'checkcommand or misc_path beside it',
      `${checktype.kind} alone`,
    );
  }
}
