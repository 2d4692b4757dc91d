// What is said of notices: mails, and requests to webhooks. No notice is made of these, or a sink that fails would be told of
// its own failure.
import { entry } from './entry.ts';

export const noticeEvents = {
  'notice.mailed': entry<{ sink: string; subject: string; recipients: number; attempts: number }>(
    'info',
    (event) => `${event.sink}: "${event.subject}" mailed to ${event.recipients} recipient(s)`,
  ),
  'notice.failed': entry<{
    sink: string;
    /** The subject of a mail, the name of an event. */
    about: string;
    reason: string;
    attempts: number;
    retry_s?: number;
  }>('warn', (event) => {
    const again = event.retry_s === undefined ? 'given up' : `again in ${event.retry_s} s`;
    return `${event.sink}: "${event.about}" was not delivered: ${event.reason}; ${again}`;
  }),
  'notice.lost': entry<{ sink: string; notices: number; reason: string }>(
    'error',
    (event) => `${event.sink}: ${event.notices} notice(s) lost: ${event.reason}`,
  ),
};
