// The key `execute`: another ldirectord.cf, for which ldirectord starts another daemon. What becomes of it is executed.ts's.
import * as z from 'zod';
import { optional } from './values/documented.ts';
import { filledText } from './values/scalars.ts';

export const executeShape = {
  execute: optional(
    z.array(filledText(), { error: 'a list of names of files' }),
    'Further files in the form of ldirectord.cf, whose services are served as well, each file by its own settings. A name is looked for in /etc/ha.d, in /etc/ha.d/conf, as it stands, and beside the file that names it.',
  ),
} as const;
