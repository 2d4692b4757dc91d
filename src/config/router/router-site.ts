// Where the keys of a `vrrp` entry stand, and where complaints about them go: what judges it is handed no more.
import type { Problem } from '../../model/config/problem.ts';
import type { Resolution, Site } from '../resolution.ts';

export type RouterSite = { readonly site: Site; readonly problems: Problem[] };

export const routerSite = (index: number, { sites, problems }: Resolution): RouterSite => ({
  site: (...path) => sites('vrrp', index, ...path),
  problems,
});
