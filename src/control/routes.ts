// What the control socket can be asked, and the daemon's answers to it. 409 says that the question was
// understood and that nothing was changed.

import type { Daemon, Order } from '../daemon/daemon-ports.ts';
import type { Routes } from '../ports/control.ts';
import { healthRoutes } from './health-routes.ts';
import { type Clocks, withWallTimes } from './wall-times.ts';

/**
 * @param identity what a `ping` says: who answers, and for which file.
 * @param clocks of the moment, for times of the wall clock beside the others.
 */
export const controlRoutes = (
  daemon: Daemon,
  identity: Readonly<Record<string, unknown>>,
  clocks: () => Clocks,
): Routes => ({
  'GET /ping': () => ({ status: 200, body: identity }),
  ...healthRoutes(daemon),
  'GET /status': async () => ({ status: 200, body: withWallTimes(await daemon.status(), clocks()) }),
  'GET /plan': async () => {
    const plan = await daemon.plan();
    return plan.ok ? { status: 200, body: plan.value } : { status: 409, body: { error: plan.error.message } };
  },
  'GET /why': async (search) => ({
    status: 200,
    body: withWallTimes(await daemon.why(search.get('about') ?? ''), clocks()),
  }),
  'POST /server': async (search) => {
    const order = orderOf(search);
    if (typeof order === 'string') return { status: 400, body: { error: order } };
    const { services, kept } = daemon.operate(order);
    const written = await kept;
    if (services.length > 0) {
      return { status: 200, body: { services, ...(!written.ok && { unkept: written.error }) } };
    }
    return {
      status: 409,
      body: { error: `Cannot find: expected a configured real server, got ${order.real}` },
    };
  },
  'POST /reload': async (search) => {
    const { reloaded, problems } = await daemon.reload({ empty: search.get('empty') === 'yes' });
    return { status: reloaded ? 200 : 409, body: { problems } };
  },
  'POST /failover': (search) => {
    const instance = search.get('instance') ?? undefined;
    const handedOver = daemon.failover(instance);
    if (handedOver.length > 0) return { status: 200, body: { handedOver } };
    return {
      status: 409,
      body: { error: `Cannot hand over: expected an active virtual router, got ${instance ?? 'none'}` },
    };
  },
});

const weightMax = 65_535;

/** @returns in words what is wrong with the question. */
function orderOf(search: URLSearchParams): Order | string {
  const [action, real, weight] = ['action', 'real', 'weight'].map((name) => search.get(name) ?? '');
  const service = search.get('service') ?? undefined;
  const about = { real: real ?? '', ...(service !== undefined && { service }) };
  if (action === 'enable') return about;
  if (action === 'disable') return { ...about, override: { mode: action } };
  if (action === 'drain') return drainOf(search.get('timeout_ms') ?? undefined, about);
  if (action !== 'weight') return `Cannot operate: expected drain, disable, enable or weight, got ${action}`;
  if (!/^\d{1,5}$/.test(weight ?? '') || Number(weight) > weightMax) {
    return `Cannot set a weight: expected 0 to ${weightMax}, got ${weight}`;
  }
  return { ...about, override: { mode: 'weight', weight: Number(weight) } };
}

const timeoutMaxMs = 7 * 86_400_000;

function drainOf(timeout: string | undefined, about: Order): Order | string {
  const order: Order = { ...about, override: { mode: 'drain' } };
  if (timeout === undefined) return order;
  const timeoutMs = /^\d{1,9}$/.test(timeout) ? Number(timeout) : Number.POSITIVE_INFINITY;
  if (timeoutMs > timeoutMaxMs) return `Cannot drain: expected a timeout of 0 ms to 7 d, got ${timeout}`;
  return { ...order, timeoutMs };
}
