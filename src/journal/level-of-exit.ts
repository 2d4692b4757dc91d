// The level of what a command of the administrator's ended with.
import type { LogLevel } from '../model/config/config.ts';

const notWell = /^(?:exit [1-9]|signal|no answer|cannot|left out)/;

export const levelOfExit = ({ exit }: { readonly exit: string }): LogLevel =>
  notWell.test(exit) ? 'warn' : 'info';
