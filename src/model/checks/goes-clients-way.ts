// Which servers have a check that goes the way of clients: it is asked for, its kind can, and the address is known.
import type { RealConfig, VirtualConfig } from '../config/service.ts';
import type { CheckKind } from './checks.ts';
import { checksOf } from './checks-of.ts';
import { kindsOf } from './chosen.ts';
import { clientAddress } from './client-path.ts';
import { reads } from './services.ts';

/** @param virtual with its one check (checks-of.ts) */
export const takesClientPath = (kind: CheckKind, virtual: VirtualConfig): boolean =>
  virtual.checkpath === 'vip' &&
  reads(kind, virtual.service, 'checkpath') &&
  clientAddress(virtual) !== undefined;

export const goesClientsWay = (virtual: VirtualConfig, real: RealConfig): boolean =>
  checksOf(virtual, real).some(({ virtual: one }) =>
    kindsOf(one).some((kind) => kind !== undefined && takesClientPath(kind, one)),
  );
