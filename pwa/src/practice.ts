// Practising: the app as it is, opened as /app/?practice, on a database of its own that nothing is ever sent from. The
// worker has another address, so it never practises.

// Forms are also read where there is no page (tests/test_forms_match_their_kinds.py).
export const PRACTICE = globalThis.location?.search === '?practice';
