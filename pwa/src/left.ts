// Whether anything of this tablet is still to come: a positive statement is made only when all of it holds.

import { state } from './state';

/** Nothing waits, and the server's last answer missed none of this tablet's numbers. */
export function nothingLeft(): boolean {
  return state.queue.size === 0 && state.standing.all_arrived;
}
