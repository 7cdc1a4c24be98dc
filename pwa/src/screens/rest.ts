// What the first route does without, in one file: gzip finds in it what a hundred small ones would each say again.
// Fetched once the app is running, or by whoever asks first. Nothing in it may cost the first route anything.

// Before anything below: modules read their words as they load.
import '../words_later';

export { fetchKeys } from '../colleagues';
export { openEarlier, putApart } from '../earlier';
export { watchAlerts } from '../alerts_late';
export { askToStay, refreshNames } from '../enrol';
export { keepFaces } from '../kinds/portraits';
export { begin as speak } from '../languages';
export { startSending } from '../letters';
export { hidePlain } from '../plain_rows';
export { open as openPractice } from '../practice_home';
export { refresh as refreshPush } from '../push';
export { startReporting } from '../report';
export { SCREENS } from './all';
export { prune } from '../tidy';
export { startWorker } from '../worker';
