// How a vrrp_instance elects: version, priority, advert_int, preemption, accept, and what strict mode makes of them. What
// keepalived corrects is corrected the same way. Source: keepalived/vrrp/vrrp.c, vrrp_complete_instance;
// keepalived/vrrp/vrrp_parser.c.
import type { Fields, Noting } from '../converted.ts';
import {
  decimal,
  isSet,
  lastFitting,
  lastOf,
  linesOf,
  type Statement,
  seconds,
  wholeWithin,
  wordOf,
} from './tree.ts';

export type Election = {
  readonly version: '2' | '3';
  readonly priority: number;
  readonly strict: boolean;
  readonly fields: Fields;
};

export type ElectionOf = {
  readonly instance: Statement;
  readonly globals: readonly Statement[];
  readonly inet6: boolean;
  readonly note: Noting;
};

export function electionOf(of: ElectionOf): Election {
  const { instance, globals, note } = of;
  const { block } = instance;
  const strict = strictOf(block, globals);
  const version = versionOf(of, strict);
  const priority = priorityOf(block, note);
  // With unicast peers it cannot be strict here; keepalived does not run it (adverts.ts).
  const isStrict = strict && linesOf(block, 'unicast_peer').length === 0;
  const fields = {
    strict_mode: isStrict === isSet(globals, 'vrrp_strict') ? undefined : isStrict ? 'yes' : 'no',
    version,
    priority: `${priority}`,
    advert_int: advertIntervalOf(lastFitting(block, 'advert_int', isInterval), version, note),
    ...preemptionOf(block, { strict, priority }, note),
    accept: acceptOf(block, { strict, isStrict, priority, version }, note),
  };
  return { version, priority, strict, fields };
}

/** Of an instance where it says so in a word that keepalived knows, else of all. */
function strictOf(block: Statement['block'], globals: readonly Statement[]): boolean {
  const own = (block ?? []).filter(
    ({ key, words: [word = 'yes'] }) => key === 'strict_mode' && truth.test(word),
  );
  return own.length > 0 ? isSet(own, 'strict_mode') : isSet(globals, 'vrrp_strict');
}
const truth = /^(true|on|yes|false|off|no)$/;

/** IPv6 is of version 3, unless the instance itself says 2, which keepalived speaks there when it is not strict. */
function versionOf({ instance, globals, inet6, note }: ElectionOf, strict: boolean): '2' | '3' {
  const known = (text: string | undefined) => (text === '2' || text === '3' ? text : undefined);
  // It takes the first that is one.
  const given = instance.block?.find(({ key, words }) => key === 'version' && known(words[0]) !== undefined);
  const own = known(given?.words[0]);
  if (inet6 && own === '2' && given !== undefined) {
    if (strict) note(given.at, 'mended', 'version 2: 3, as keepalived makes of it in strict mode');
    else note(given.at, 'unheard', 'version 2: 3, as IPv6 is of version 3; keepalived speaks 2');
  }
  return inet6 ? '3' : (own ?? known(wordOf(globals, 'vrrp_version')) ?? '2');
}

/** 255 for an instance that starts as master without a priority; 100 for a number that is none. */
function priorityOf(block: Statement['block'], note: Noting): number {
  const given = lastOf(block, 'priority');
  const state = lastOf(block, 'state');
  if (given === undefined && state?.words[0] === 'MASTER') {
    note(state.at, 'taken', 'state MASTER: priority 255, as keepalived takes where none is named');
    return 255;
  }
  const value = wholeWithin(given?.words[0], 1, 255);
  if (given !== undefined && value === undefined)
    note(given.at, 'mended', `priority ${given.words[0] ?? ''}: 100, as keepalived makes of it`);
  return value ?? 100;
}

const msOf = (text: string): number => (decimal.test(text) ? Number(text) * 1000 : Number.NaN);
const isInterval = (text: string): boolean => msOf(text) >= 10 && msOf(text) <= 255_000;

/** Version 2 counts whole seconds, version 3 hundredths; keepalived rounds. */
function advertIntervalOf(
  given: Statement | undefined,
  version: '2' | '3',
  note: Noting,
): string | undefined {
  const text = given?.words[0];
  if (given === undefined || text === undefined) return undefined;
  const ms = msOf(text);
  if (!isInterval(text)) {
    note(given.at, 'mended', `advert_int ${text}: 1, as keepalived makes of it`);
    return undefined;
  }
  const step = version === '2' ? 1000 : 10;
  const most = version === '2' ? 255_000 : 40_950;
  const kept = Math.min(most, Math.max(step, Math.round(ms / step) * step));
  const rounded = kept % 1000 === 0 ? `${kept / 1000}` : `${kept}ms`;
  if (Math.abs(kept - ms) > 0.001) {
    const unit = version === '2' ? 'whole seconds' : 'hundredths of a second, 40.95 s at most';
    note(given.at, 'mended', `advert_int ${text}: ${rounded}, as version ${version} has ${unit}`);
  }
  return rounded;
}

/** keepalived drops nopreempt and preempt_delay of a router that starts as master, and a delay in strict mode. */
function preemptionOf(
  block: Statement['block'],
  { strict, priority }: { readonly strict: boolean; readonly priority: number },
  note: Noting,
): Fields {
  const [nopreempt, delay, state] = [
    lastOf(block, 'nopreempt', 'preempt'),
    lastFitting(block, 'preempt_delay', isDelay),
  ].concat(lastOf(block, 'state'));
  const isOwner = priority === 255;
  const says = state?.words[0] === 'MASTER';
  const startsAsMaster = isOwner ? state === undefined || says || strict : says && !strict;
  if (state !== undefined && says && lastOf(block, 'priority') !== undefined)
    note(state.at, 'approximate', 'state MASTER: left out, as the priority decides who is active');
  // The last of the two words holds, whatever stands behind it.
  const wants = nopreempt?.key === 'nopreempt';
  const reason = startsAsMaster ? 'state MASTER' : isOwner ? 'priority 255' : undefined;
  if (wants && reason !== undefined)
    note(nopreempt.at, 'ignored', `nopreempt: left out, as keepalived has no effect of it beside ${reason}`);
  const keeps = wants && reason === undefined;
  const against = startsAsMaster ? 'state MASTER' : strict ? 'strict mode' : keeps ? 'nopreempt' : undefined;
  if (delay !== undefined && against !== undefined)
    note(delay.at, 'ignored', `preempt_delay: left out, as keepalived has no effect of it beside ${against}`);
  return {
    nopreempt: keeps ? 'yes' : undefined,
    preempt_delay: against === undefined ? delayOf(delay, note) : undefined,
  };
}

function delayOf(given: Statement | undefined, note: Noting): string | undefined {
  const text = given?.words[0] ?? '';
  const value = seconds(text);
  if (given === undefined || isDelay(text)) return value;
  note(given.at, 'mended', `preempt_delay ${text}: left out, as keepalived takes 0 to ${preemptDelayMax}`);
  return undefined;
}
const preemptDelayMax = 1000;
const isDelay = (text: string): boolean => seconds(text) !== undefined && Number(text) <= preemptDelayMax;

/** The last of the two words holds; neither: not in strict mode, where version 2 never accepts. */
function acceptOf(
  block: Statement['block'],
  { strict, isStrict, priority, version }: Omit<Election, 'fields'> & { readonly isStrict: boolean },
  note: Noting,
): string | undefined {
  const given = lastOf(block, 'accept', 'no_accept');
  const isOwner = priority === 255;
  if (given?.key === 'accept' && strict && !isOwner && version === '2') {
    note(given.at, 'mended', 'accept: no, as keepalived makes of it in strict mode with version 2');
    return isStrict ? undefined : 'no';
  }
  const accepts = given === undefined ? isOwner || !strict : given.key === 'accept';
  if (accepts === !isStrict) return undefined;
  return accepts ? 'yes' : 'no';
}
