// Where we are. The address holds a screen's name or the id of a record and nothing about a person.

export type Route =
  | { screen: (typeof PLAIN)[number] }
  | { screen: (typeof OF_ONE)[number]; id: string }
  | { screen: 'enrol'; code: string };

const PLAIN = ['home', 'residents', 'alerts', 'not-sent', 'help', 'notifications', 'checks', 'names', 'agency', 'emergency', 'typed', 'record', 'drafts', 'appointments', 'visit-now', 'gp-round', 'round', 'shift-check', 'settings', 'staffing', 'suggestions', 'handover'] as const;
const OF_ONE = ['alert', 'entry', 'check', 'fix', 'paper', 'form', 'appointment', 'outcome', 'follow-up', 'person'] as const;

export function route(hash: string = location.hash): Route {
  const [name, value] = hash.replace(/^#/, '').split('=');
  const one = OF_ONE.find((each) => each === name);
  if (one && value) return { screen: one, id: decodeURIComponent(value) };
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
