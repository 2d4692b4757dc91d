// Everything that the doctor finds with packets of its own, in the order in which it tells of it.
import type { Examination } from '../finding.ts';
import type { Probed } from './answers.ts';
import { delivery } from './delivery.ts';
import { holders } from './holders.ts';

export const probings: readonly Examination<Probed>[] = [holders, delivery];
