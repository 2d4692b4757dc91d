// By how much what is tracked moves a priority, in keepalived's words.
import { scalar } from '../values/scalars.ts';

/** keepalived: enough to take any priority to its floor. */
const weightMax = 253;
export const weight = scalar(
  `a whole number from -${weightMax} to ${weightMax}`,
  (text) => {
    const value = /^[+-]?\d{1,3}$/.test(text) ? Number(text) + 0 : Number.NaN;
    return Math.abs(value) <= weightMax ? value : undefined;
  },
  { type: 'integer', minimum: -weightMax, maximum: weightMax },
);

export const weightMeaning =
  'Above 0: added to the priority while it is well. Below: taken off while it is not. 0: not well is a fault.';
