// What the listener answers of all that the control socket does: what may be read by whoever reaches its address, and by no
// other method than GET and HEAD.
import type { Routes } from '../ports/control.ts';

const open = ['/metrics', '/healthz', '/readyz', '/active/*', '/service/*', '/monitor'];

export const listenerRoutes = (all: Routes): Routes =>
  Object.fromEntries(
    open.flatMap((path) => {
      const route = all[`GET ${path}`];
      if (route === undefined) return [];
      return [
        [`GET ${path}`, route],
        [`HEAD ${path}`, route],
      ];
    }),
  );
