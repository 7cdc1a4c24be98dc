// The home's standards that somebody has yet to confirm: in force, and not read by them as they are worded now.

import type { Draft } from '../outbox';
import { dayOrTime } from '../time';
import { correctedNow, ofKind, zone, type Shown } from '../view';

export function unread(me: string): Shown[] {
  const read = ofKind('standard_read').filter((one) => one.author === me);
  return ofKind('standard').filter(
    ({ record, seq, fields }) => seq !== null && (dayOrTime(fields['effective_from'], zone()) ?? 0) <= correctedNow() && !read.some((one) => one.fields['standard'] === record && one.fields['version'] === seq),
  );
}

export function understood({ record, seq }: Shown): Draft {
  return { kind: 'standard_read', fields: { standard: record, version: seq } };
}
