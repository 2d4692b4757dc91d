// The records that the parts of the simulator share. Mutable: one run owns them. No behaviour but reading.
import type { createDeadline, Deadline } from '../../src/daemon/vrrp/router/deadline.ts';
import type { Phase } from '../../src/model/vrrp.ts';
import type { Family, Ip } from '../../src/net/ip.ts';
import type { Micros } from '../../src/ports/clock.ts';
import type { step } from '../../src/vrrp/step.ts';
import type { Effect, RouterConfig, State } from '../../src/vrrp/types.ts';
import type { AdvertFacts, Validation } from '../../src/vrrp/validate.ts';
import type { Agenda } from './agenda.ts';
import type { Client } from './client.ts';
import type { Lan } from './lan.ts';
import type { Neighbours } from './neighbours.ts';
import type { Random } from './random.ts';
import type { Referee } from './referee.ts';
import type { HostPlan, Scenario } from './scenario.ts';

/** What is under test. Planted bugs replace one of these (planted-bugs.ts). */
export type Machine = {
  readonly step: typeof step;
  readonly createDeadline: typeof createDeadline;
  /** Whether it asks before each advert who else has its address (src/daemon/vrrp/holdings/rivals.ts). */
  readonly asks: boolean;
};

export type Packet = {
  readonly bytes: Uint8Array;
  readonly source: Ip;
  readonly destination: Ip;
  readonly ttl: number;
  readonly virtualRouterId: number;
  readonly family: Family;
  readonly facts: AdvertFacts;
  /** Undefined: nobody's, forged. */
  readonly group: Group | undefined;
  readonly sender: Router | undefined;
  /** Everyone must refuse it. */
  readonly invalid: boolean;
  /** By receiver: the same bytes are judged once, judging is pure. */
  readonly verdicts: Map<RouterConfig, Validation>;
};

export type Input = { readonly packet: Packet } | { readonly notice: () => void };

export type Timer = { readonly dueUs: Micros; readonly run: () => void };

export type Host = {
  readonly index: number;
  readonly plan: HostPlan;
  readonly routers: Router[];
  /** The kernel is there. */
  powered: boolean;
  /** The VRRP process is there; how often it was started. */
  running: boolean;
  life: number;
  linkUp: boolean;
  /** The process stands still until then; with it the whole host. */
  stalledUntil: Micros;
  frozenUntil: Micros;
  /** How long its clock has stood still. */
  clockLostUs: Micros;
  clockStandsSince: Micros | undefined;
  keepsPackets: boolean;
  kernelDelayUs: Micros;
  /** Until then whatever it sends of VRRP is refused by its own kernel. */
  unsentUntil: Micros;
  /** Requests are carried out in order. */
  kernelBusyUntil: Micros;
  readonly timers: Timer[];
  readonly inbox: Input[];
  packetsWaiting: number;
  immediates: (() => void)[];
  datagrams: number;
  /** For the supervisor: deaths of the process, and the last snapshot of each router. */
  deaths: Micros[];
  /** Last time something other than a stall kept it from taking part. */
  disturbedAt: Micros;
  stall: { readonly from: Micros; readonly until: Micros } | undefined;
  stallBefore: Micros;
};

export type Snapshot = { readonly phase: Phase; readonly lastAdvertAt: Micros };

export type Router = {
  readonly name: string;
  readonly host: Host;
  readonly group: Group;
  config: RouterConfig;
  state: State;
  /** When it came into its phase, by nobody's clock. */
  enteredAt: Micros;
  deadline: Deadline | undefined;
  readonly queue: Effect[];
  busy: boolean;
  lastSent: boolean;
  /** The last advert was refused. */
  refused: boolean;
  lastSentAt: Micros;
  /** What the process wants to be in the kernel, and what is there: when each address expires, 0: absent. */
  wanted: boolean;
  /** It announced itself before the kernel had answered. */
  late: boolean;
  readonly vips: Micros[];
  /** Calls off what is about to be removed. */
  stay: () => void;
  restoredAt: Micros;
  snapshot: Snapshot | undefined;
  snapshotAt: Micros;
  readonly packets: Map<number, readonly Packet[]>;
};

export type Group = {
  readonly index: number;
  readonly name: string;
  readonly virtualRouterId: number;
  readonly routers: Router[];
  /** Until then somebody else, where the client is, has its first address too. */
  squattedUntil: Micros;
};

export type Finding = {
  /** "S2": as in docs/reference/vrrp.md §5.2 and §5.3. */
  readonly invariant: string;
  readonly at: Micros;
  readonly text: string;
};

export type Trace = (at: Micros, who: string, text: string) => void;

export type World = {
  readonly scenario: Scenario;
  readonly machine: Machine;
  readonly random: Random;
  readonly agenda: Agenda;
  readonly hosts: readonly Host[];
  readonly groups: readonly Group[];
  readonly lan: Lan;
  readonly client: Client;
  readonly neighbours: Neighbours;
  readonly referee: Referee;
  readonly trace: Trace | undefined;
  readonly counts: { steps: number; adverts: number; transitions: number };
};

export const localTime = (host: Host, now: Micros): Micros => {
  const lost = host.clockLostUs + (host.clockStandsSince === undefined ? 0 : now - host.clockStandsSince);
  return host.plan.clock.offsetUs + Math.floor((now - lost) * host.plan.clock.rate);
};

/** Whether its process acts on what happens now. */
export const acts = (host: Host, now: Micros): boolean =>
  host.powered && host.running && host.stalledUntil <= now && host.frozenUntil <= now;

/** Whether its kernel serves what it has, to those it can reach. */
export const kernelServes = (host: Host, now: Micros): boolean =>
  host.powered && host.linkUp && host.frozenUntil <= now;

export const holdsAll = (router: Router): boolean => router.vips.every((until) => until > 0);
export const holdsAny = (router: Router): boolean => router.vips.some((until) => until > 0);
