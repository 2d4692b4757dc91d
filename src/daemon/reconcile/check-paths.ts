// Whether the way that a check is to go is there: its private service stands in the table, with its server, as the last pass
// left it. A marked packet that no service of its mark takes would go where clients go, and another server would answer.
import type { VirtualConfig } from '../../model/config/service.ts';
import type { RealName, ServiceName } from '../../model/ipvs.ts';
import { serverKey } from '../../model/names.ts';
import { err, ok, type Result } from '../../net/result.ts';
import { checkServicesOf } from '../../reconcile/check-services.ts';
import type { TableKeeper } from './table-keeper.ts';
import type { TableReader } from './table-reader.ts';

/** @returns the mark of its packets; an error tells what is missing. */
export type CheckMarkOf = (service: ServiceName, real: RealName) => Result<number>;

export const checkMarkOf =
  (
    virtuals: () => readonly VirtualConfig[],
    { reason }: Pick<TableReader, 'reason'>,
    { holds }: Pick<TableKeeper, 'holds'>,
  ): CheckMarkOf =>
  (service, real) => {
    const own = checkServicesOf(virtuals()).get(serverKey(service, real));
    const why = reason();
    if (own !== undefined && why === undefined && holds(own.name)) return ok(own.mark);
    return err(`the private service of the check is not in the table${why === undefined ? '' : `: ${why}`}`);
  };
