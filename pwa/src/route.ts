// Where we are. The address holds a screen's name or an alert's id and nothing about a person.

export type Route =
  | { screen: 'home' | 'residents' | 'alerts' | 'not-sent' | 'help' | 'notifications' }
  | { screen: 'alert'; id: string }
  | { screen: 'enrol'; code: string };

const PLAIN = ['home', 'residents', 'alerts', 'not-sent', 'help', 'notifications'] as const;

export function route(hash: string = location.hash): Route {
  const [name, value] = hash.replace(/^#/, '').split('=');
  if (name === 'alert' && value) return { screen: 'alert', id: decodeURIComponent(value) };
  if (name === 'enrol') return { screen: 'enrol', code: decodeURIComponent(value ?? '') };
  return { screen: PLAIN.find((one) => one === name) ?? 'home' };
}

export function go(to: string): void {
  location.hash = to;
}

/** Take the code out of the address and the history: it is good once. */
export function forgetHash(): void {
  history.replaceState(null, '', '/app/');
  dispatchEvent(new HashChangeEvent('hashchange'));
}
