// What a push says, read without trusting it: whatever arrives, exactly one notification can be shown of it.

import { push } from '../../../sync/messages.json';

export interface Shown {
  message: string | null;
  alert: string | null;
  level: number;
  /** By which the alert can be taken on from here, once. */
  token: string | null;
  tag: string;
  title: string;
  body: string;
}

export function receive(data: PushMessageData | null): Shown {
  let said: Record<string, unknown> = {};
  try {
    const parsed: unknown = data?.json();
    if (parsed && typeof parsed === 'object') said = parsed as Record<string, unknown>;
  } catch {
    // Empty, or not ours: the general words below are shown.
  }
  const notification = (said['notification'] ?? {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' && value ? value : null);
  const alert = text(said['alert']);
  return {
    message: text(said['id']),
    alert,
    level: typeof said['level'] === 'number' ? said['level'] : 1,
    token: text(said['token']),
    tag: text(said['tag']) ?? text(notification['tag']) ?? alert ?? 'tidemark',
    title: text(notification['title']) ?? push.title,
    body: text(notification['body']) ?? push.texts.needs_decision,
  };
}
