// Sends one mail: to a server by SMTP, or through the sendmail of this host. Whether it is tried again is
// daemon/notices' matter. Loaded when the first mail goes out.
import { hostname, userInfo } from 'node:os';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { MailAddress } from '../../model/config/mail.ts';
import type { SendMail } from '../../ports/mail.ts';
import { sendBySendmail } from './sendmail.ts';
import { sendBySmtp } from './smtp.ts';

export const sendMail: SendMail = async (message, { smtp, ...bounds }) => {
  const { from = ownAddress(), to, subject, text } = message;
  const raw = await new MailComposer({
    ...{ from: headerOf(from), to: to.map(headerOf), subject, text },
    // RFC 3834 §5: nobody's holiday is to answer it.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Mailer': 'lvs-director' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
    .compile()
    .build();
  const envelope = { from: from.address, recipients: message.recipients, raw };
  return smtp === undefined ? sendBySendmail(envelope, bounds) : sendBySmtp(envelope, { smtp, ...bounds });
};

/** As ldirectord: whoever runs this, at this host. */
const ownAddress = (): MailAddress => ({ address: `${userInfo().username}@${hostname()}` });

const headerOf = ({ address, name = '' }: MailAddress) => ({ address, name });
