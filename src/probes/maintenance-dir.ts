// Whether an operator has put a server out of service with a file: one in the maintenance directory that is
// named ADDRESS:PORT or ADDRESS (IPv6 in brackets). ldirectord also tries names from reverse DNS; this does not:
// a slow resolver would hold up every check.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';

/** @param directory absent: nobody is in maintenance. */
export function inMaintenanceDir(directory: string | undefined, real: Endpoint): boolean {
  if (directory === undefined) return false;
  const full = formatEndpoint(real);
  const names = [full, full.slice(0, full.lastIndexOf(':'))];
  return names.some((name) => existsSync(join(directory, name)));
}
