// SHA-256 of the RFC 8785 form of a submission without its grant: what the server's answer must name.

import canonicalize from 'canonicalize';
import { hex } from './ids';
import type { Submission } from './types';

export async function digest(submission: Submission): Promise<string> {
  const { grant: _never, ...stated } = submission;
  return sha256(new TextEncoder().encode(canonicalize(stated)!));
}

/** SHA-256 in lower-case hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
