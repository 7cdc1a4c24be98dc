// Practising: the app as it is, opened as /app/?practice, on a database of its own that nothing is ever sent from. The
// worker has another address, so it never practises.

export const PRACTICE = location.search === '?practice';
