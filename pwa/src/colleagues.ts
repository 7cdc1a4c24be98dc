// Whoever unlocked anywhere in the home is let in here without a connection, too: the server says who, with their keys.

import { reading, strictly } from './db';
import { forgetEarlier, putApart } from './earlier';
import { OFFLINE_MS, row } from './keyring';
import { state } from './state';
import { call } from './sync';
import type { KeptGrant, PlainKept, UnlockKey } from './types';
import { isOpen } from './vault';
import { correctedNow } from './view';

interface Listed extends UnlockKey {
  staff: string;
  online_at: string;
  grant: string;
}

/** Ask who else may enter, and let them in here without a connection. A server that does not say changes nothing. */
export async function fetchKeys(me: { id: string; grant: string } | null): Promise<void> {
  if (!me || !isOpen() || !state.enrolment) return;
  const answer = await call('POST', 'device/keys', { grant: me.grant }, state.enrolment.token);
  if (answer?.status !== 200 || !Array.isArray(answer.body['people'])) return;
  const people = (answer.body['people'] as Listed[]).filter(isListed);
  const kept = new Map((await reading((db) => db.getAll('grants'))).map((one) => [one.staff, one]));
  // Whoever the server no longer names may no longer enter, nor with the PIN of before.
  const listed = new Set([me.id, ...people.map((one) => one.staff)]);
  const changed = people.filter((one) => boxOf(kept.get(one.staff)) !== one.box);
  const gone = [...kept.values()].filter((one) => !listed.has(one.staff) && one.online_at >= correctedNow() - OFFLINE_MS);
  for (const one of [...gone, ...changed]) if (boxOf(kept.get(one.staff))) await putApart(one.staff);
  const rows: KeptGrant[] = [];
  for (const one of people) {
    const before = kept.get(one.staff);
    const same = before && 'public' in before && before.box === one.box ? before.data : {};
    rows.push(await row(one.staff, one, one.grant, Date.parse(one.online_at), same));
  }
  await strictly(['grants'], async (tx) => {
    for (const one of rows) void tx.objectStore('grants').put(one);
    for (const one of gone) void tx.objectStore('grants').delete(one.staff);
  });
  await forgetEarlier();
}

function boxOf(kept: KeptGrant | PlainKept | undefined): string | null {
  return kept && 'public' in kept ? kept.box : null;
}

function isListed(it: Partial<Listed>): it is Listed {
  return (
    [it.staff, it.salt, it.box, it.grant, it.online_at].every((one) => typeof one === 'string') &&
    Number.isInteger(it.rounds) && typeof it.public === 'object' && Number.isFinite(Date.parse(it.online_at!))
  );
}
