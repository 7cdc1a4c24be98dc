// The shapes that cross the seam with the server (protocol.md), and what this tablet keeps of them.

export type Fields = Record<string, unknown>;

/** An immutable statement by a person, made on this device, about one record. */
export interface Submission {
  id: string;
  record: string;
  kind: string;
  schema: number;
  parents: string[];
  author: string | null;
  grant: string | null;
  occurred_at: string;
  recorded_at: string;
  offset_ms: number | null;
  seen: number | null;
  clock: string;
  nonce: string;
  number: number;
  fields: Fields;
  repairs?: string;
  /** Typed by somebody without a PIN; then `author` and `grant` are null. */
  author_name?: string;
}

/** A submission in the queue. Never changed once it is there: it only leaves. */
export interface Entry {
  number: number;
  id: string;
  record: string;
  kind: string;
  /** The person it is about, where it is about one. */
  resident: string | null;
  submission: Submission;
}

/** A submission that the server has answered for. Kept while a restored server could ask for it again. */
export interface Sent extends Entry {
  seq: number;
  /** When it was taken, by the server's clock. */
  at: number;
  /** True once the server's own record shows it. */
  echoed: boolean;
}

/** A submission that the server kept aside, with its sentences. */
export interface Look extends Entry {
  errors: Record<string, string[]>;
  at: number;
}

/** A whole record as the server sees it. */
export interface Change {
  record: string;
  kind: string;
  seq: number;
  author: string | null;
  author_name?: string | null;
  device: string | null;
  occurred_at: string;
  recorded_at: string;
  received_at: string;
  fields: Fields;
  heads: string[];
  conflicts: Record<string, { value: unknown; author: string | null; occurred_at: string; submission: string }[]>;
  struck_out: boolean;
  flags: string[];
  /** Of a plan that somebody loosened and nobody has confirmed: the fields that are in force otherwise than they were written. */
  in_force?: Fields;
  /** Every submission of the record, oldest first, when there is more than one. */
  history?: Told[];
}

/** One submission as the server's record tells of it. */
export interface Told {
  submission: string;
  seq: number;
  author: string | null;
  author_name?: string;
  device: string | null;
  occurred_at: string;
  recorded_at: string;
  received_at: string;
  fields: Fields;
  flags: string[];
}

export interface Result {
  id: string | null;
  status: 'accepted' | 'duplicate' | 'quarantined' | 'retry';
  digest: string | null;
  seq?: number;
  hash?: string;
  errors?: Record<string, string[]>;
}

export interface Head {
  ledger: string;
  seq: number;
  hash: string;
}

export interface Answer {
  protocol: number;
  server_time: string;
  head: Head;
  safe: number | null;
  results: Result[];
  changes: Change[];
  removed: string[];
  resend: [number, number][];
  cursor: string | null;
  more: boolean;
  locked: boolean;
  rewound?: { seq: number };
}

export interface Enrolment {
  device: string;
  name: string;
  token: string;
  home: { id: string; name: string; zone: string };
}

/** A tablet of this home, by the name that a manager gave it. */
export interface TabletName {
  id: string;
  name: string;
}

/** A number to call in an emergency; only a unit's names its unit. */
export interface CallNumber {
  whose: 'unit' | 'on_call' | 'provider';
  unit: string | null;
  number: string;
}

export interface StaffName {
  id: string;
  name: string;
  roles: string[];
}

/** Counters that are read and written in the same transaction as the entry they number. */
export interface Counters {
  number: number;
  clock_ms: number;
  clock_n: number;
}

/** Where this tablet stands with the server. */
export interface Standing {
  cursor: string | null;
  head: Head | null;
  safe: number | null;
  /** Newest seq of which this tablet holds what it should hold. */
  seen: number | null;
  offset_ms: number | null;
  /** By this tablet's clock: the last answer, and the last time that the server took something. */
  last_contact: number | null;
  last_sent: number | null;
  /** The newest number that the server has taken; null where the version before kept none. */
  arrived: number | null;
  /** The last answer asked for nothing again, and no number that the server has not taken is missing from the queue. */
  all_arrived: boolean;
  /** How many entries the server has answered for since this hour of sending began. */
  hour?: { from: number; count: number } | undefined;
}

/** Something readable, under the data key named by `under`, or under the device's own key. */
export interface Hidden {
  under: string;
  iv: Uint8Array<ArrayBuffer>;
  ct: ArrayBuffer;
}

/** An entry on disk: its sealed form, in clear what a sender needs, and the readable form for our own screens. */
export interface SealedRow {
  number: number;
  id: string;
  record: string;
  digest: string;
  kid: string;
  sealed: string;
  /** Dropped once the server's own record shows it. */
  hidden?: Hidden;
}
export type StoredEntry = Entry | SealedRow;
/** `unseen` is there while `echoed` is false: an index finds by it what to lay over the records. */
export type StoredSent = StoredEntry & { seq: number; at: number; echoed: boolean; unseen?: 1 };
export type StoredLook = StoredEntry & { at: number; errors?: Record<string, string[]>; said?: Hidden };
export interface HiddenRecord {
  record: string;
  seq: number;
  hidden: Hidden;
}
export type StoredChange = Change | HiddenRecord;

/** A session key, sealed to the home. */
export interface SealedKey {
  kid: string;
  jwe: string;
  at: number;
}

/** A person's unlock key: the private half opens with the PIN alone. */
export interface UnlockKey {
  salt: string;
  rounds: number;
  public: JsonWebKey;
  box: string;
}

/** One person's way into this tablet: the data keys and a grant, wrapped to the unlock key. */
export interface KeptGrant extends UnlockKey {
  staff: string;
  online_at: number;
  /** Compact JWEs by name of the data key. */
  data: Record<string, string>;
  /** Compact JWE of `{grant, expires_at, home_key}`. */
  grant: string;
}

/** A way in that is good no longer, with the data keys that nobody else holds (earlier.ts). */
export interface EarlierWay extends UnlockKey {
  staff: string;
  data: Record<string, string>;
}

/** As the version before kept a grant: under the PIN itself. Opened once more, then replaced. */
export interface PlainKept {
  staff: string;
  salt: Uint8Array<ArrayBuffer>;
  iv: Uint8Array<ArrayBuffer>;
  box: ArrayBuffer;
  online_at: number;
}

export interface PinTries {
  wrong: number;
  wait_until: number;
}
