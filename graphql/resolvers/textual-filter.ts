import { PregonError } from '../../core/errors.ts';
import type { SendFilter } from '../../core/ledger/listed-send.ts';
import { SEND_STATUSES, type SendStatus } from '../../core/ledger/send.ts';
import { isDateAlone, parseTime } from '../../core/time.ts';
import type { EmailSendsArguments } from '../types/arguments.ts';
import { checkRange } from './send-filter.ts';

const DAY_MS = 86_400_000;

/** The filter of emailSends, whose arguments are plain text. Throws BadRequest for an unknown status or a date that is not valid. */
export function textualFilter({ status, startDate, endDate }: EmailSendsArguments): SendFilter {
  const range = {
    ...(startDate ? { from: instantOf('startDate', startDate) } : {}),
    ...(endDate ? { to: endOf(endDate) } : {}),
  };
  checkRange(range, { from: 'startDate', to: 'endDate' });
  return { ...(status ? { statuses: [statusOf(status)] } : {}), ...range };
}

function statusOf(text: string): SendStatus {
  const wanted = text.trim().toUpperCase();
  const status = SEND_STATUSES.find((candidate) => candidate === wanted);
  if (!status) throw new PregonError('BadRequest', `status must be one of ${SEND_STATUSES.join(', ')}; got '${text}'`);
  return status;
}

function instantOf(argument: string, text: string): string {
  const instant = parseTime(text.trim(), 'Z');
  if (!instant) {
    throw new PregonError(
      'BadRequest',
      `${argument} must be an ISO 8601 date or time such as 2026-11-22; got '${text}'`,
    );
  }
  return instant;
}

/** A date at the end of a range includes the whole day. */
function endOf(text: string): string {
  const instant = instantOf('endDate', text);
  return isDateAlone(text.trim()) ? new Date(Date.parse(instant) + DAY_MS).toISOString() : instant;
}
