// A way in that is good no longer (the PIN was changed, access ended) may hold the only copy of a data key. It is put apart,
// where it lets nobody in, until the key is in the hands of somebody who may enter: its own PIN then opens that key alone.

import { meta, reading, strictly } from './db';
import { unwrap } from './jwe';
import { OFFLINE_MS, openBox } from './keyring';
import type { EarlierWay, KeptGrant, PlainKept } from './types';
import { correctedNow } from './view';

type Keys = [string, Uint8Array<ArrayBuffer>][];

/** End a person's way in. Data keys that nobody else kept here holds are put apart with what their PIN opens. */
export async function putApart(staff: string): Promise<void> {
  await strictly(['grants', 'meta'], async (tx) => {
    const grants = tx.objectStore('grants');
    const metas = tx.objectStore('meta');
    const all = await grants.getAll();
    const apart = ((await metas.get('earlier')) as EarlierWay[] | undefined) ?? [];
    const mine = all.find((one) => one.staff === staff);
    if (mine && isKept(mine)) {
      const others = all.filter((one) => one !== mine).filter(isKept);
      const alone = Object.entries(mine.data).filter(([name]) => !others.some((one) => name in one.data));
      const { salt, rounds, public: open, box } = mine;
      if (alone.length) void metas.put([...apart, { staff, salt, rounds, public: open, box, data: Object.fromEntries(alone) }], 'earlier');
    }
    void grants.delete(staff);
  });
}

/** The data keys that this PIN opens among what was put apart, or in a way in that is too old to be used. */
export async function openEarlier(staff: string, pin: string): Promise<Keys> {
  const [apart, now] = await Promise.all([meta('earlier'), reading((db) => db.get('grants', staff))]);
  const old = now && isKept(now) && now.online_at < correctedNow() - OFFLINE_MS ? [now] : [];
  const ways = [...(apart ?? []).filter((one) => one.staff === staff), ...old];
  const found: Keys = [];
  for (const way of ways) {
    const mine = await openBox(way, pin);
    if (mine) for (const [name, jwe] of Object.entries(way.data)) found.push([name, await unwrap(jwe, mine)]);
  }
  return found;
}

/** Let go of what is in the hands of somebody who may enter. */
export async function forgetEarlier(): Promise<void> {
  if (!(await meta('earlier'))?.length) return;
  await strictly(['grants', 'meta'], async (tx) => {
    const kept = (await tx.objectStore('grants').getAll()).filter(isKept);
    const apart = ((await tx.objectStore('meta').get('earlier')) as EarlierWay[] | undefined) ?? [];
    const needed = apart.filter((one) => Object.keys(one.data).some((name) => !kept.some((other) => name in other.data)));
    void tx.objectStore('meta').put(needed, 'earlier');
  });
}

function isKept(one: KeptGrant | PlainKept): one is KeptGrant {
  return 'public' in one;
}
