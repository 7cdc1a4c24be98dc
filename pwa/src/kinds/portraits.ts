// Photos of residents on this tablet: fetched behind everything else, a few at a time, kept under its data key, and dropped as soon
// as nobody's record names them any more.

import { reading, strictly } from '../db';
import { sha256 } from '../digest';
import { fromBase64url } from '../jwe';
import { grantForSync } from '../session';
import { listen, residentTopics, state, tell } from '../state';
import { call } from '../sync';
import type { Hidden } from '../types';
import { hide, show } from '../vault';
import { residents } from './resident';

/** As letters do, photos stand in the table `meta`: under their digests, which say nothing of whose they are. */
const PREFIX = 'face ';
const A_FEW = 4;
/** Whatever is tapped or received in a row is one look, after it. */
const LATER_MS = 500;
const AGAIN_MS = 60_000;
let planned: ReturnType<typeof setTimeout> | undefined;
let running = false;
/** Until when the server is not asked, by a clock that nobody sets. */
let quiet_until = 0;
/** What the server does not have: asked for once. */
const missing = new Set<string>();

export function keepFaces(): void {
  const look = () => {
    clearTimeout(planned);
    planned = setTimeout(() => void round().catch(() => undefined), LATER_MS);
  };
  for (const topic of ['records', 'link', 'session'] as const) listen(topic, look);
}

async function round(): Promise<void> {
  // Before the first unlock since the start, and before a home is received anew, it is not known whom records name: nothing is dropped.
  if (running || !grantForSync() || state.standing.seen === null) return;
  running = true;
  try {
    while (await step());
  } finally {
    running = false;
  }
}

/** Bring what lies here to what records name, and fetch a few of those that do not; whether to go on. */
async function step(): Promise<boolean> {
  const named = new Map(residents().flatMap((one) => (/^[0-9a-f]{64}$/.test(one.photo ?? '') ? [[one.photo!, one.id]] : [])));
  const here = (await reading((db) => db.getAllKeys('meta', IDBKeyRange.bound(PREFIX, `${PREFIX}~`)))).map((key) => key.slice(PREFIX.length));
  const gone = here.filter((one) => !named.has(one));
  if (gone.length) await strictly(['meta'], async (tx) => gone.forEach((one) => void tx.objectStore('meta').delete(PREFIX + one)));
  for (const one of gone) state.faces.delete(one);
  const news: string[] = [];
  const draw = (one: string, src: string) => {
    state.faces.set(one, src);
    news.push(named.get(one)!);
  };
  for (const one of here) {
    if (!named.has(one) || state.faces.has(one)) continue;
    const src = await show<string>(one, (await reading((db) => db.get('meta', PREFIX + one))) as Hidden);
    if (src) draw(one, src);
  }
  const wanted = [...named.keys()].filter((one) => !state.faces.has(one) && !missing.has(one)).slice(0, A_FEW);
  const asks = wanted.length > 0 && state.link === 'ok' && !state.queue.size && !state.locked_out && performance.now() > quiet_until;
  const answer = asks ? await call('POST', 'photos', { grant: grantForSync(), sha256: wanted }, state.enrolment!.token) : null;
  if (answer?.status === 200) {
    for (const one of wanted) missing.add(one);
    for (const { sha256: one, content } of answer.body['photos'] as { sha256: string; content: string }[]) {
      if ((await sha256(fromBase64url(content))) !== one) continue;
      const src = `data:image/jpeg;base64,${content}`;
      const hidden = await hide(one, src);
      await strictly(['meta'], async (tx) => tx.objectStore('meta').put(hidden, PREFIX + one));
      missing.delete(one);
      draw(one, src);
    }
  } else if (asks) quiet_until = performance.now() + AGAIN_MS;
  tell(...residentTopics(news));
  return answer?.status === 200;
}
