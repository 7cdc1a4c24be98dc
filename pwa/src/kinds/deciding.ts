// Who may decide between two versions, name the unnamed and add an agency worker (sync/roles.py, DECIDERS).

import { session } from '../session';
import { mayDecide as decides } from './double_check';

export function mayDecide(): boolean {
  return decides(session()?.roles ?? []);
}
