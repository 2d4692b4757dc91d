// What a check takes of a processor, roughly, and so how many processes all of them are worth. Estimates: what was
// measured of the kinds that are met in thousands (docs/benchmarks.md), and their order for the others. And which checks
// only the main process can make: it has the privileges, the programs and the files.

import type { CheckTarget, LoneTarget } from '../../model/checks/checks.ts';
import type { CheckPlan } from './plan.ts';

const connectUs = 90;
const talkUs = 200;
/** Hands are shaken each time. */
const encryptedUs = 1500;

function costUsOfLone(target: LoneTarget): number {
  switch (target.kind) {
    case 'on':
    case 'off':
      return 1;
    case 'connect':
    case 'ping':
      return connectUs;
    case 'http':
      return target.scheme === 'https' ? encryptedUs : talkUs;
    default:
      return 'tls' in target && target.tls !== undefined ? encryptedUs : talkUs;
  }
}

const costUsOf = (target: CheckTarget): number =>
  target.kind === 'with-agent' ? costUsOfLone(target.main) + talkUs : costUsOfLone(target);

/** The part of one processor that it takes. */
export function loadOf({ main, between }: CheckPlan, intervalMs: number): number {
  const full = costUsOf(main.target);
  const average =
    between === undefined
      ? full
      : (full + between.connects * costUsOf(between.check.target)) / (1 + between.connects);
  return average / (intervalMs * 1000);
}

/**
 * Raw sockets (ping), the administrator's programs, and sockets that leave by a certain interface, port or mark need
 * privileges that check processes have given up; files are read by whoever may. What asks nothing is made where it is judged.
 */
const needsMain: ReadonlySet<string> = new Set(['on', 'off', 'ping', 'external', 'file']);

export const isOfMainProcess = ({ main, between }: CheckPlan): boolean =>
  isOfMain(main.target) || (between !== undefined && isOfMain(between.check.target));

const isOfMain = (target: CheckTarget): boolean =>
  target.kind === 'with-agent'
    ? isOfMain(target.main) || isMarked(target.agent)
    : needsMain.has(target.kind) || isMarked(target) || namesFiles(target);

const isMarked = ({ bind, clientPath }: Pick<LoneTarget, 'bind' | 'clientPath'>): boolean =>
  bind?.interface !== undefined ||
  bind?.port !== undefined ||
  bind?.mark !== undefined ||
  clientPath !== undefined;

const fileKeys = ['caFile', 'certFile', 'keyFile'] as const;

function namesFiles(target: LoneTarget): boolean {
  const tls: object = 'tls' in target && target.tls !== undefined ? target.tls : target;
  return fileKeys.some((key) => (tls as Readonly<Record<string, unknown>>)[key] !== undefined);
}

export type ProcessWish = number | 'auto';

/** One loop is punctual up to here; beyond, checks come late. */
const aloneMax = 0.5;
/** Less than where processes begin: a load that wavers does not start and end them. */
const aloneAgain = 0.4;
/** What one is to have, at most, where there are processors. */
const eachMax = 0.5;

export type Machine = {
  /** Processors that this program may use. */
  readonly processors: number;
  /** Check processes that there are now. */
  readonly running: number;
};

/** How many check processes there are to be; 0: the main process makes all. @param load of all that they could make */
export function processesFor(wish: ProcessWish, load: number, { processors, running }: Machine): number {
  if (wish !== 'auto') return wish;
  if (processors < 2 || load <= (running > 0 ? aloneAgain : aloneMax)) return 0;
  return Math.min(processors, Math.ceil(load / eachMax));
}
