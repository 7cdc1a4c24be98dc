// Compact JWE (RFC 7516) by WebCrypto alone: `dir` with A256GCM for entries, ECDH-ES+A256KW with A256GCM for keys.
// Held to joserfc, both ways, by tests/browser/test_sealed_queue.py. No library: the app's size budget has no room for one.

type Bytes = Uint8Array<ArrayBuffer>;
const { subtle } = crypto;
const utf8 = new TextEncoder();
const ALG = 'ECDH-ES+A256KW';
const ENC = 'A256GCM';
const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const TAG = 16;

export function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Throws where the text is no base64url. */
export function fromBase64url(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
}

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** `plain` under the shared 256-bit `key`; `said` goes into the protected header, in clear and unchangeable. */
export async function seal(key: CryptoKey, plain: Bytes, said: Record<string, unknown>): Promise<string> {
  return encrypt(key, plain, { alg: 'dir', enc: ENC, ...said }, '');
}

/** `plain` to whoever holds the private half of the P-256 key `to`. */
export async function wrap(to: JsonWebKey, plain: Bytes): Promise<string> {
  const { kty, crv, x, y, kid } = to as JsonWebKey & { kid?: string };
  const theirs = await subtle.importKey('jwk', { kty: kty!, crv: crv!, x: x!, y: y! }, CURVE, false, []);
  const ours = await subtle.generateKey(CURVE, false, ['deriveBits']);
  const epk = await subtle.exportKey('jwk', ours.publicKey);
  const content = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
  const wrapped = await subtle.wrapKey('raw', content, await agreed(ours.privateKey, theirs, 'wrapKey'), 'AES-KW');
  const header = { alg: ALG, enc: ENC, ...(kid ? { kid } : {}), epk: { kty: 'EC', crv: 'P-256', x: epk.x, y: epk.y } };
  return encrypt(content, plain, header, base64url(new Uint8Array(wrapped)));
}

/** What `wrap` hid. Throws (DOMException, TypeError, SyntaxError) when it is not whole or not for this key. */
export async function unwrap(jwe: string, mine: CryptoKey): Promise<Bytes> {
  const [head, wrapped, iv, text, tag] = jwe.split('.') as [string, string, string, string, string];
  const header = JSON.parse(new TextDecoder().decode(fromBase64url(head))) as { alg: string; enc: string; epk: JsonWebKey };
  if (header.alg !== ALG || header.enc !== ENC) throw new TypeError('another kind of JWE');
  const theirs = await subtle.importKey('jwk', header.epk, CURVE, false, []);
  const secret = await agreed(mine, theirs, 'unwrapKey');
  const content = await subtle.unwrapKey('raw', fromBase64url(wrapped), secret, 'AES-KW', 'AES-GCM', false, ['decrypt']);
  const how = { name: 'AES-GCM', iv: fromBase64url(iv), additionalData: utf8.encode(head) };
  return new Uint8Array(await subtle.decrypt(how, content, joined(fromBase64url(text), fromBase64url(tag))));
}

/** The private half of a person's unlock key, as a key that can only unwrap. */
export function privateKey(jwk: JsonWebKey): Promise<CryptoKey> {
  const { kty, crv, x, y, d } = jwk;
  return subtle.importKey('jwk', { kty: kty!, crv: crv!, x: x!, y: y!, d: d! }, CURVE, false, ['deriveBits']);
}

async function encrypt(key: CryptoKey, plain: Bytes, header: object, wrapped: string): Promise<string> {
  const head = base64url(utf8.encode(JSON.stringify(header)));
  const iv = random(12);
  const made = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8.encode(head) }, key, plain));
  return [head, wrapped, base64url(iv), base64url(made.subarray(0, -TAG)), base64url(made.subarray(-TAG))].join('.');
}

/** RFC 7518 4.6: the agreed secret through one round of the Concat KDF. */
async function agreed(mine: CryptoKey, theirs: CryptoKey, use: 'wrapKey' | 'unwrapKey'): Promise<CryptoKey> {
  const secret = new Uint8Array(await subtle.deriveBits({ name: 'ECDH', public: theirs }, mine, 256));
  const name = utf8.encode(ALG);
  const input = joined(number(1), secret, number(name.length), name, number(0), number(0), number(256));
  return subtle.importKey('raw', await subtle.digest('SHA-256', input), 'AES-KW', false, [use]);
}

function number(n: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}

function joined(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
