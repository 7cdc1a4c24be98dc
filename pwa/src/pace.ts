// How often: the home's starting defaults of the design (first again after 5 seconds, then less often to once a
// minute, for ever), with a spread so that a whole home coming back does not arrive in one second.

export const MAX_BATCH = 500;
/** Of a server that was silent so many are asked for first: they are read beside somebody's taps, and a slow line carries them. */
export const FIRST_BATCH = 30;
/** From the largest batch to a single entry, and a few entries alone; then something on the way refuses everything. */
export const MOST_HALVINGS = 16;

const FIRST_MS = 5_000;
const SLOWEST_MS = 60_000;

function around(ms: number): number {
  return ms * (0.8 + Math.random() * 0.4);
}

export const STEADY = {
  backoff: (failures: number) => around(Math.min(SLOWEST_MS, FIRST_MS * 2 ** Math.min(failures, 10))),
  /** At or after what the server asked, never before. */
  spread: (ms: number) => ms * (1 + Math.random() * 0.2),
  knock: () => around(2_500),
  idle: (visible: boolean) => around(visible ? 8_000 : SLOWEST_MS),
  elsewhere: 2_000,
  refused: SLOWEST_MS,
  unread: SLOWEST_MS,
};
