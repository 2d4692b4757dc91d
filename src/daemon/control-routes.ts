// What the control socket can be asked, and the daemon's answers to it. 409 says that the question was
// understood and that nothing was changed.
import type { Routes } from '../ports/control.ts';
import type { Daemon } from './daemon.ts';

export const controlRoutes = (daemon: Daemon): Routes => ({
  'GET /status': async () => ({ status: 200, body: await daemon.status() }),
  'GET /plan': async () => {
    const plan = await daemon.plan();
    return plan.ok ? { status: 200, body: plan.value } : { status: 409, body: { error: plan.error.message } };
  },
  'POST /reload': async () => {
    const { reloaded, problems } = await daemon.reload();
    return { status: reloaded ? 200 : 409, body: { problems } };
  },
  'POST /failover': (search) => {
    const instance = search.get('instance') ?? undefined;
    const handedOver = daemon.failover(instance);
    if (handedOver.length > 0) return { status: 200, body: { handedOver } };
    return {
      status: 409,
      body: { error: `Cannot hand over: an active virtual router, got ${instance ?? 'none'}` },
    };
  },
});
