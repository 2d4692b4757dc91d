// The ports that a service and its servers name themselves.
import type { RealConfig, VirtualConfig } from '../config/service.ts';

/** 0 where only a firewall mark could tell. */
export const virtualPortOf = ({ id }: VirtualConfig): number => (id.kind === 'address' ? id.port : 0);

/** The port that clients' traffic reaches on the real server; 0 where only a firewall mark could tell. */
export const trafficPortOf = (virtual: VirtualConfig, real: RealConfig): number =>
  real.port !== 0 ? real.port : virtualPortOf(virtual);
