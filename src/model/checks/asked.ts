// What a check asks for and what must come back, out of a service's configuration: a server's own words go before
// those of its service.
import type { RealConfig, VirtualConfig } from '../config/service.ts';

export const requestOf = (virtual: VirtualConfig, real: RealConfig): string =>
  real.request ?? virtual.request;

/** ldirectord puts a slash before every request; where none belongs it is taken off, as ldirectord's checks do. */
export const bareRequestOf = (virtual: VirtualConfig, real: RealConfig): string =>
  requestOf(virtual, real).replace(/^\//, '');

export function receiveOf(virtual: VirtualConfig, real: RealConfig): { readonly receive?: string } {
  const receive = real.receive ?? virtual.receive;
  return receive === '' ? {} : { receive };
}

/** What must match, in the words of a description. */
export const wantedOf = ({ receive }: { readonly receive?: string }): string =>
  receive === undefined ? '' : ` for /${receive}/`;
