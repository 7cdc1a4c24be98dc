// Notifications on this device: asked for once, after a tap and an explanation; told to the server; tested for real.

import { state } from './state';
import { call } from './sync';

/** A browser's push service may never answer; nobody is left looking at a spinner for longer than this. */
const PATIENCE_MS = 15_000;
const TEST_PATIENCE_MS = 60_000;

export type Push = 'unsupported' | 'not_installed' | 'denied' | 'off' | 'on';
export type Turned = 'on' | 'denied' | 'never_settled' | 'failed' | 'unsupported';

function token(): string | undefined {
  return state.enrolment?.token;
}

export async function standing(): Promise<Push> {
  const apple = /iPad|iPhone/.test(navigator.userAgent) || (navigator.userAgent.includes('Mac') && navigator.maxTouchPoints > 1);
  if (apple && !matchMedia('(display-mode: standalone)').matches) return 'not_installed';
  if (!('PushManager' in self) || !('Notification' in self) || !navigator.serviceWorker) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ? 'on' : 'off';
}

/** From a tap: permission, subscription, the server's acknowledgement. Only all three are "on". */
export async function turnOn(): Promise<Turned> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied';
  const key = await currentKey();
  return key ? subscribe(key) : 'failed';
}

async function currentKey(): Promise<string> {
  const answer = await call('GET', 'push/key', undefined, token());
  return answer?.status === 200 ? String(answer.body['key'] ?? '') : '';
}

/** A subscription under this key, in place of one under another, told to the server. */
async function subscribe(key: string): Promise<Turned> {
  const registration = await navigator.serviceWorker.ready;
  const wanted = bytes(key);
  const held = await registration.pushManager.getSubscription();
  if (held && !same(held.options.applicationServerKey, wanted)) await held.unsubscribe();
  const asked = registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
  asked.catch(() => undefined);
  const waited = new Promise<'waited'>((resolve) => setTimeout(resolve, PATIENCE_MS, 'waited'));
  const subscription = await Promise.race([asked, waited]).catch(() => null);
  if (subscription === 'waited') return 'never_settled';
  if (!subscription) return 'failed';
  return (await tellServer(subscription, key)) ? 'on' : 'failed';
}

async function tellServer(subscription: PushSubscription, key: string): Promise<boolean> {
  const answer = await call('PUT', 'push/subscription', { ...subscription.toJSON(), key }, token());
  return answer !== null && answer.status < 300;
}

/** On every start: browsers drop subscriptions without a word, and the home's key may be a new one. Whoever turned
 *  notifications off is left alone: the server knows of no subscription then. */
export async function refresh(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration?.pushManager || !state.enrolment || Notification.permission !== 'granted') return;
  const known = await call('GET', 'push/subscription', undefined, token());
  const key = known?.status === 200 && known.body['state'] !== 'none' ? await currentKey() : '';
  if (key) await subscribe(key);
}

export async function turnOff(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  await call('DELETE', 'push/subscription', undefined, token());
  await subscription.unsubscribe();
}

/** Ask for a test alert and wait until this device's own worker has received it. Seconds, or null. */
export async function test(): Promise<number | null> {
  const began = Date.now();
  const arrived = new Promise<number>((resolve) => {
    const hear = (event: MessageEvent) => {
      if ((event.data as { type?: string })?.type !== 'push') return;
      navigator.serviceWorker.removeEventListener('message', hear);
      resolve((Date.now() - began) / 1000);
    };
    navigator.serviceWorker.addEventListener('message', hear);
  });
  const answer = await call('POST', 'push/test', {}, token());
  if (!answer || answer.status >= 300) return null;
  return Promise.race([arrived, new Promise<null>((resolve) => setTimeout(resolve, TEST_PATIENCE_MS, null))]);
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function same(held: ArrayBuffer | null, wanted: Uint8Array): boolean {
  if (!held || held.byteLength !== wanted.length) return false;
  return new Uint8Array(held).every((byte, at) => byte === wanted[at]);
}
